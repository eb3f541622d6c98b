import { readLogin } from './login';
import { faultOfPassword, normalisePassword } from './password';

describe('a password', () => {
  it.each([
    ['short', 'too-short'], ['abcdefghj', 'too-short'], ['kiwi-tapir', 'too-short'], ['Kiwi-tapir', undefined], ['kiwi-tapir7', undefined], ['kiwitapirzug', undefined],
    ['correct horse battery staple', undefined], ['x'.repeat(129), 'too-long'], ['园区里的猫喜欢吃鱼和虾', 'too-short'], ['园区里的猫喜欢吃鱼和虾米', undefined],
    ['Password2026!', 'common'], ['P@ssw0rd2026', 'common'], ['welcome12345!', 'common'], ['Admin@123456', 'common'], ['woaini5201314', 'common'], ['1qaz2wsx3edc', 'too-simple'], ['!!changeme!!', 'common'],
    ['aaaaaaaaaaaa', 'too-simple'], ['123456789012', 'too-simple'], ['abcdefghijkl', 'too-simple'], ['qwertyuiopas', 'too-simple'], ['210987654321', 'too-simple'],
    ['su.chao-is-here', 'has-login'], ['Prefix-SU.CHAO', 'has-login'],
  ])('%s: %s', (password, fault) => {
    expect(faultOfPassword(password, 'su.chao')).toBe(fault);
  });

  it('is one however it is typed', () => {
    expect(normalisePassword('ｋｉｗｉ')).toBe('kiwi');
    expect(normalisePassword('e\u0301')).toBe('\u00e9');
  });
});

describe('a login name', () => {
  it.each([['Su.Chao', 'su.chao'], ['  ｓｕ.ｃｈａｏ ', 'su.chao'], ['苏超', '苏超'], ['su.chao@park.example', 'su.chao@park.example'], ['x', undefined], ['su chao', undefined], ['.su', undefined], ['su\u0000', undefined], ['', undefined], ['x'.repeat(65), undefined]])('%s: %s', (text, login) => {
    expect(readLogin(text)).toBe(login);
  });
});
