import { accessDocument } from '../identity/access-document';

process.stdout.write(accessDocument());
