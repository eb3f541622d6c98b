import { pinyin } from 'pinyin-pro';

/** Full pinyin of a person's name, syllable by syllable; surnames are read as surnames (曾 zeng, 单 shan). */
export function personSortKey(name: string): string {
  return pinyin(name.normalize('NFKC').toLowerCase(), { toneType: 'none', type: 'array', surname: 'head', v: true, nonZh: 'consecutive' }).map((syllable) => syllable.trim()).filter((syllable) => syllable !== '').join(' ');
}
