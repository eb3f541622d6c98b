import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Problem } from '../kernel/problem';
import { Database } from './db/database';
import { problemOf } from './db/problems';
import { Signals } from './db/signals';
import { Call } from './http/call';

class HealthResponse {
  @ApiProperty({ description: '`ok`; anything else is answered as a problem.', example: 'ok' }) status: string;
}

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly database: Database, private readonly signals: Signals) {}

  @Get('live')
  @Call({ id: 'live', summary: 'Is the process alive', zh: '存活检查', description: 'Answers as long as the process does.', answers: { type: HealthResponse }, public: true })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @Call({ id: 'ready', summary: 'Can requests be served', zh: '就绪检查', description: 'Answers 503 while the database is away.', answers: { type: HealthResponse }, public: true })
  async ready(): Promise<HealthResponse> {
    try {
      await this.database.ping();
    } catch (error) {
      // Where every connection is taken the database answers, only others; sending requests elsewhere would not help them.
      if (problemOf(error)?.code !== 'busy' || !this.signals.hears) throw new Problem('unavailable', { retryAfterSeconds: 2, cause: error });
    }
    return { status: 'ok' };
  }
}
