import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { InputError } from '../../core/errors.ts';

/** What stands in a sealed file: everything that opening needs but the passphrase. Binary fields are base64. */
interface Sealed {
  readonly pagewalk: typeof MARK;
  readonly version: 1;
  readonly kdf: { readonly name: 'scrypt'; readonly N: number; readonly r: number; readonly p: number };
  readonly salt: string;
  readonly cipher: 'aes-256-gcm';
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

const MARK = 'sealed key';
/** 32 MiB and about a tenth of a second for each guess. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1 };
const MAX_SCRYPT_BYTES = 64 << 20;
const SHORTEST = 8;

/** Encrypts a text under a passphrase: scrypt makes the key, AES-256-GCM keeps it secret and whole. */
export function seal(text: string, passphrase: string): string {
  if (passphrase.length < SHORTEST)
    throw new InputError(`a passphrase of ${passphrase.length} characters`, {
      remedy: `take at least ${SHORTEST}`,
    });
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(passphrase, salt), iv);
  cipher.setAAD(Buffer.from(MARK));
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const sealed: Sealed = {
    pagewalk: MARK,
    version: 1,
    kdf: { name: 'scrypt', ...SCRYPT },
    salt: salt.toString('base64'),
    cipher: 'aes-256-gcm',
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  };
  return `${JSON.stringify(sealed, null, 2)}\n`;
}

/** The inverse of {@link seal}. @throws InputError for another passphrase, a changed file, or no sealed file at all */
export function unseal(sealedText: string, passphrase: string, place: string): string {
  const { salt, iv, tag, data } = parse(sealedText, place);
  const decipher = createDecipheriv(
    'aes-256-gcm',
    keyOf(passphrase, Buffer.from(salt, 'base64')),
    Buffer.from(iv, 'base64'),
  );
  decipher.setAAD(Buffer.from(MARK));
  try {
    decipher.setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString('utf8');
  } catch {
    throw new InputError('the passphrase does not open this key, or the file was changed', {
      place,
      remedy: 'use the passphrase that `pagewalk lab pack` was given',
    });
  }
}

function parse(text: string, place: string): Sealed {
  try {
    const value = JSON.parse(text) as Partial<Sealed>;
    const strings = [value.salt, value.iv, value.tag, value.data];
    if (value.pagewalk === MARK && value.version === 1 && strings.every((one) => typeof one === 'string'))
      return value as Sealed;
  } catch {
    // Not JSON: the same message.
  }
  throw new InputError('not a sealed key', {
    place,
    remedy: 'name the key.sealed that `pagewalk lab pack` wrote',
  });
}

function keyOf(passphrase: string, salt: Buffer): Buffer {
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, { ...SCRYPT, maxmem: MAX_SCRYPT_BYTES });
}
