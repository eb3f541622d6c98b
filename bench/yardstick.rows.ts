/** A row of the list of duties by due date, as its statement answers it. */
export interface DueRow {
  readonly assignmentId: string;
  readonly enterpriseId: string;
  readonly enterpriseName: string;
  readonly uscc: string;
  readonly cadreId: string;
  readonly cadreName: string;
  readonly departmentId: string;
  readonly departmentName: string;
  readonly capacity: string;
  readonly nextDueOn: string;
  readonly calendarProvisional: boolean;
  readonly lastVisitOn: string | null;
  readonly lapsesThisQuarter: number;
}

const DAY_MS = 86_400_000;
const FORMAT = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' });

export function todayIn(): string {
  return FORMAT.format(new Date());
}

export function toDueVisit(row: DueRow, today: string): object {
  return {
    assignmentId: row.assignmentId,
    enterprise: { id: row.enterpriseId, name: row.enterpriseName, uscc: row.uscc },
    cadre: { id: row.cadreId, name: row.cadreName },
    department: { id: row.departmentId, name: row.departmentName },
    capacity: row.capacity,
    nextDueOn: row.nextDueOn,
    overdueDays: Math.max(0, (Date.parse(today) - Date.parse(row.nextDueOn)) / DAY_MS),
    calendarProvisional: row.calendarProvisional,
    lastVisitOn: row.lastVisitOn,
    lapsesThisQuarter: row.lapsesThisQuarter,
  };
}
