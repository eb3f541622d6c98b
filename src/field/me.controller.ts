import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, parksUnnamed } from '../kernel/actor';
import { Call } from '../platform/http/call';
import { CurrentActor } from '../platform/http/request';
import { MeResponse, WorklistQuery, WorklistResponse } from './me.dto';
import { WorklistService } from './worklist.service';

@ApiTags('Me')
@Controller('me')
export class MeController {
  constructor(private readonly worklist: WorklistService) {}

  @Get()
  @Call({ id: 'getMe', summary: 'Who am I', zh: '当前身份', description: 'What the token stands for.', answers: { type: MeResponse } })
  me(@CurrentActor() actor: Actor): MeResponse {
    const [only, ...others] = parksUnnamed(actor);
    return {
      cadreId: actor.kind === 'cadre' ? actor.id : null, name: actor.name ?? null, parkId: others.length === 0 ? (only ?? null) : null, parkIds: [...actor.parkIds],
      departmentId: actor.departmentId ?? null, roles: [...actor.roles], scopes: [...actor.scopes],
    };
  }

  @Get('worklist')
  @Call({ id: 'getWorklist', summary: 'What I have to do', zh: '我的待办', description: 'My duties by due date: whom to visit next. My tickets by deadline: what to do next.', answers: { type: WorklistResponse }, problems: ['park-required'] })
  async list(@CurrentActor() actor: Actor, @Query() query: WorklistQuery): Promise<WorklistResponse> {
    return this.worklist.list(actor, query);
  }
}
