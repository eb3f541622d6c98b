import type { LoggerService } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import type { Config } from './config';
import { safePath } from './http/safe-path';

/** One JSON line per event, with the request's id where there is one. */
export function createLog(level: Config['logLevel']): Logger {
  return pino({ level });
}

/**
 * One line per request: method, path, status, milliseconds and id. No query (it may hold a name), no token of a link, no headers, no bodies; what asks for
 * the process's health is left out.
 */
export function logRequests(fastify: FastifyInstance, log: Logger): void {
  if (!log.isLevelEnabled('info')) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    const path = safePath(request.url);
    if (!path.startsWith('/health/')) {
      log.info({ requestId: request.id, method: request.method, path, status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime) }, 'request completed');
    }
    done();
  });
}

/** What Nest's own loggers write goes the same way. They hand over a text or an object, more of it, and last the place. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...more: unknown[]): void {
    this.#write('info', message, more);
  }

  warn(message: unknown, ...more: unknown[]): void {
    this.#write('warn', message, more);
  }

  error(message: unknown, ...more: unknown[]): void {
    this.#write('error', message, more);
  }

  fatal(message: unknown, ...more: unknown[]): void {
    this.#write('fatal', message, more);
  }

  debug(message: unknown, ...more: unknown[]): void {
    this.#write('debug', message, more);
  }

  verbose(message: unknown, ...more: unknown[]): void {
    this.#write('trace', message, more);
  }

  #write(level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, more: readonly unknown[]): void {
    const context = more.at(-1);
    const detail = more.slice(0, -1).filter((one) => typeof one === 'string').join(' ');
    const fields = typeof message === 'object' && message !== null ? { context, ...(message instanceof Error ? { err: message } : message) } : { context };
    this.logger[level](fields, typeof message === 'string' ? [message, detail].filter((text) => text !== '').join(' ') : detail);
  }
}
