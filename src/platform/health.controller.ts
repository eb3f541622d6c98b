import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Problem } from '../kernel/problem';
import { Database } from './db/database';
import { problemOf } from './db/problems';
import { Draining } from './draining';
import { Call } from './http/call';

class HealthResponse {
  @ApiProperty({ description: '`ok`; anything else is answered as a problem.', example: 'ok' }) status: string;
}

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly database: Database, private readonly draining: Draining) {}

  @Get('live')
  @Call({ id: 'live', summary: 'Is the process alive', zh: '存活检查', description: 'Answers as long as the process does.', answers: { type: HealthResponse }, public: true, unlimited: true })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @Call({ id: 'ready', summary: 'Can requests be served', zh: '就绪检查', description: 'Answers 503 while the database is away or all connections to it are taken, and from the moment on in which the process is told to stop.', answers: { type: HealthResponse }, public: true, unlimited: true })
  async ready(): Promise<HealthResponse> {
    if (this.draining.begun) throw new Problem('unavailable', { retryAfterSeconds: 5 });
    try {
      await this.database.ping();
    } catch (error) {
      throw problemOf(error) ?? new Problem('unavailable', { retryAfterSeconds: 2, cause: error });
    }
    return { status: 'ok' };
  }
}
