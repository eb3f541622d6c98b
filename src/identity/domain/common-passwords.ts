/**
 * The words that people take first, in lists of leaked passwords and in Chinese offices. What is added to them (a year, 123, !) is taken away before one is looked
 * up, so that a few words stand for many passwords.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set([
  'password', 'passwordpassword', 'passwort', 'passw', 'passwd', 'pass', 'mypassword', 'newpassword', 'changeme', 'changeit', 'letmein', 'welcome', 'welcomeback', 'secret', 'secretsecret',
  'admin', 'adminadmin', 'administrator', 'administrators', 'root', 'rootroot', 'toor', 'superuser', 'supervisor', 'sysadmin', 'system', 'operator', 'manager', 'master', 'guest', 'user', 'username',
  'test', 'testtest', 'testing', 'demo', 'demodemo', 'default', 'login', 'qwerty', 'qwertyuiop', 'qwertyqwerty', 'qwertz', 'azerty', 'asdf', 'asdfgh', 'asdfghjkl', 'asdfasdf', 'zxcvbn', 'zxcvbnm',
  'qazwsx', 'qazwsxedc', 'qweasd', 'qweasdzxc', 'qweqwe', 'qwer', 'qwerasdf', 'abc', 'abcabc', 'abcd', 'abcdef', 'abcdefg', 'aaa', 'iloveyou', 'ilovechina', 'iloveu', 'sunshine', 'princess', 'dragon',
  'monkey', 'football', 'baseball', 'superman', 'batman', 'trustno', 'whatever', 'freedom', 'shadow', 'michael', 'jordan', 'computer', 'internet', 'samsung', 'google', 'hello', 'helloworld', 'starwars',
  'p@ssword', 'p@ssw', 'p@ssw0rd', 'pa$$word', 'passw0rd', 'a1b2c3d4e5f6', 'q1w2e3r4t5y6', '1q2w3e4r5t6y', '1qaz2wsx', '1qaz2wsx3edc', 'zaq12wsx', '1234qwer', 'qwer1234', '123qwe', '123456', '12345678',
  '123123123123', '121212121212', '112233445566', '147258369', '147258369147', '987654321', '5201314', '52013145201314', '1314520', '13145201314520', '88888888', '66666666', '00000000', '11111111',
  'woaini', 'woainiwoaini', 'woaizuguo', 'woaizhongguo', 'zhongguo', 'beijing', 'shanghai', 'changsha', 'hunan', 'mima', 'mimamima', 'wodemima', 'guanli', 'guanliyuan', 'yuangong', 'lingdao', 'ganbu',
  'caonima', 'nihao', 'nihaonihao', 'nihaoshijie', 'aini', 'ainiyiwannian', 'taobao', 'wangwang', 'xiaoxiao', 'tiantian', 'xiaoming', 'zhangwei', 'wangwei', 'liwei', 'zhengfu', 'yuanqu', 'qiye', 'fuwu',
  'china', 'chinachina', 'huawei', 'tencent', 'weixin', 'alibaba', 'serviceledger', 'service-ledger', 'ledger', 'service', 'park', 'parkpark', '管理员', '密码', '我的密码', '园区', '企业服务', '企业服务台账',
  'spring', 'summer', 'autumn', 'winter', 'january', 'february', 'march', 'april', 'august', 'september', 'october', 'november', 'december', 'monday', 'friday', 'sunday',
]);
