/** An issue that an enterprise raised during a visit; instants in RFC 3339. */
export interface RaisedIssue {
  readonly id?: string;
  readonly category: string;
  readonly title: string;
  readonly description: string;
  readonly priority?: 'normal' | 'urgent' | 'critical';
  readonly guideItemId?: string;
  readonly raisedBy?: string;
  readonly raisedAt?: string;
  readonly attachmentIds?: readonly string[];
}
