import type { Params } from 'nestjs-pino';
import type { Config } from './config';

/**
 * One JSON line per request and event. A request is logged as method, route, status and id: no query (it may hold a name), no
 * headers, no bodies.
 */
export function loggerOptions(level: Config['logLevel']): Params {
  return {
    // The module's own default matches nothing on Fastify.
    forRoutes: ['{*path}'],
    pinoHttp: {
      level,
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'requestId' },
      autoLogging: { ignore: (request) => ((request as { originalUrl?: string }).originalUrl ?? request.url ?? '').startsWith('/health/') },
      serializers: {
        req: (request: { method?: string; url?: string }) => ({ method: request.method, path: request.url?.split('?')[0] }),
        res: (response: { statusCode?: number }) => ({ status: response.statusCode }),
      },
      redact: ['req.headers', 'res.headers'],
    },
  };
}
