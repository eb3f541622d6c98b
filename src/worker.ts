import './require-node';
import 'reflect-metadata';
import { runProcess } from './process';

void runProcess({ http: false, jobs: true }, () => 'Service Ledger jobs are running');
