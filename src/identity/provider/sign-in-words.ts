import type { Language } from '../../kernel/problem';
import type { PasswordFault } from '../domain/password';

export type NoticeName = 'expired' | 'wrong' | 'fault' | 'later' | 'signedOut';

interface Notice {
  readonly heading: string;
  readonly text: string;
}

/** Every word of the pages for signing in and out, in one language. */
export interface SignInWords {
  readonly lang: string;
  /** The language to switch to, in itself. */
  readonly other: { readonly language: Language; readonly lang: string; readonly name: string };
  readonly service: string;
  readonly signIn: { readonly heading: string; readonly login: string; readonly password: string; readonly go: string; readonly refused: string; readonly forgotten: string };
  readonly code: { readonly heading: string; readonly code: string; readonly go: string; readonly refused: string; readonly lost: string };
  readonly password: { readonly heading: string; readonly why: string; readonly rule: string; readonly chosen: string; readonly again: string; readonly go: string; readonly differ: string; readonly faults: Readonly<Record<PasswordFault | 'used-before', string>> };
  readonly enrol: { readonly heading: string; readonly why: string; readonly steps: string; readonly key: string; readonly open: string; readonly code: string; readonly go: string; readonly refused: string };
  readonly signOut: { readonly heading: string; readonly text: string; readonly yes: string; readonly no: string; readonly nobody: string };
  readonly onward: { readonly heading: string; readonly text: string; readonly go: string };
  readonly notices: Readonly<Record<NoticeName, Notice>>;
}

export const SIGN_IN_WORDS: Readonly<Record<Language, SignInWords>> = {
  zh: {
    lang: 'zh-CN', other: { language: 'en', lang: 'en', name: 'English' }, service: '企业服务台账',
    signIn: { heading: '登录', login: '登录名', password: '密码', go: '登录', refused: '登录名或密码不正确，或尝试过于频繁，请稍候再试。', forgotten: '忘记密码请联系园区管理员重置。' },
    code: { heading: '动态验证码', code: '身份验证器中的六位验证码', go: '确认', refused: '验证码不正确或已使用，请等待下一个验证码。', lost: '验证器丢失请联系园区管理员重置。' },
    password: {
      heading: '设置新密码', why: '首次登录、密码被重置或已满九十天，须设置新密码。', rule: '至少十二个字符；或至少十个字符并含大写字母、小写字母、数字、符号中的三类。不得包含登录名，不得使用常见密码或最近五次用过的密码。',
      chosen: '新密码', again: '再次输入新密码', go: '保存并继续', differ: '两次输入的密码不一致。',
      faults: { 'too-short': '密码太短或种类不足。', 'too-long': '密码太长，最多一百二十八个字符。', 'common': '这是常见密码，请换一个。', 'has-login': '密码中不得包含登录名。', 'too-simple': '密码过于简单，请换一个。', 'used-before': '最近用过该密码，请换一个。' },
    },
    enrol: {
      heading: '绑定身份验证器', why: '您的岗位须使用第二种验证方式。', steps: '在手机身份验证器应用中添加账号，输入以下密钥（或在手机上直接打开链接），再输入应用显示的六位验证码。',
      key: '密钥', open: '在身份验证器中打开', code: '六位验证码', go: '绑定并继续', refused: '验证码不正确，请检查手机时间后再试。',
    },
    signOut: { heading: '退出登录', text: '要退出登录吗？', yes: '退出', no: '保持登录', nobody: '此浏览器中已无登录，继续即可完成退出。' },
    onward: { heading: '继续', text: '此浏览器中原有的登录将先退出。', go: '继续' },
    notices: {
      expired: { heading: '登录已过期', text: '请返回应用重新登录。' }, wrong: { heading: '无法登录', text: '应用发来的登录请求有误，请返回应用重试；如仍然出现，请将下方代码告知管理员。' },
      fault: { heading: '暂时无法登录', text: '系统暂时出现问题，请稍后再试。' }, later: { heading: '请稍后再试', text: '此网络的失败登录过多，请十分钟后再试。' }, signedOut: { heading: '已退出', text: '您已退出登录，可以关闭此页面。' },
    },
  },
  en: {
    lang: 'en', other: { language: 'zh', lang: 'zh-CN', name: '中文' }, service: 'Service Ledger',
    signIn: { heading: 'Sign in', login: 'Login name', password: 'Password', go: 'Sign in', refused: 'The login name or password is wrong, or was tried too often: then wait a little.', forgotten: 'Forgotten it? The administrator of your park can reset it.' },
    code: { heading: 'Your code', code: 'The six digits that your authenticator app shows', go: 'Confirm', refused: 'The code is wrong or was used already. Wait for the next one.', lost: 'Lost the device? The administrator of your park can reset it.' },
    password: {
      heading: 'Choose a password', why: 'Needed at the first sign-in, after a reset, and every ninety days.', rule: 'Twelve characters or more; or ten, with three of capitals, small letters, digits and signs. Without the login name, no common password, and none of your last five.',
      chosen: 'New password', again: 'The same again', go: 'Save and go on', differ: 'The two are not the same.',
      faults: { 'too-short': 'The password is too short, or of too few kinds of characters.', 'too-long': 'The password is too long: 128 characters at most.', 'common': 'This is a common password. Choose another.', 'has-login': 'The password must not contain the login name.', 'too-simple': 'The password is too simple. Choose another.', 'used-before': 'You used this password before. Choose another.' },
    },
    enrol: {
      heading: 'Set up your authenticator', why: 'Your role asks for a second factor.', steps: 'Add an account in an authenticator app on your phone: type in this key, or open the link on the phone. Then enter the six digits that it shows.',
      key: 'Key', open: 'Open in the authenticator', code: 'The six digits', go: 'Set up and go on', refused: 'The code is wrong. Check the clock of your phone and try again.',
    },
    signOut: { heading: 'Sign out', text: 'Do you want to sign out?', yes: 'Sign out', no: 'Stay signed in', nobody: 'Nobody is signed in in this browser any more. Go on to finish.' },
    onward: { heading: 'Go on', text: 'Who was signed in in this browser before is signed out first.', go: 'Go on' },
    notices: {
      expired: { heading: 'The sign-in has expired', text: 'Go back to the app and sign in again.' }, wrong: { heading: 'This sign-in does not work', text: 'The app has asked for something that is not right. Go back to it and try again; if it happens again, tell your administrator the code below.' },
      fault: { heading: 'Signing in does not work now', text: 'Something is wrong on our side. Try again in a while.' }, later: { heading: 'Try again later', text: 'Too many sign-ins have failed from this network. Try again in ten minutes.' }, signedOut: { heading: 'Signed out', text: 'You are signed out and can close this page.' },
    },
  },
};
