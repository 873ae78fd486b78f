//! Names whose values are secret: `DB_PASSWORD`, `apiKey`, `--auth-token`, `x-api-key`; not `PASSWORD_FILE` or `max_tokens`.

use crate::tables::secrets::{HARMLESS, NAMES, Name, has, pairs_of};

/// Of a longer name the end is looked at.
const LONGEST: usize = 80;

/// What the table says of a name; none where its value is no secret.
pub(super) fn secret(name: &[u8]) -> Option<&'static Name> {
    let name = name.get(name.len().saturating_sub(LONGEST)..)?;
    let mut buffer = [0; 2 * LONGEST + 1];
    let words = words(name, &mut buffer)?;
    let pairs = pairs_of(words);
    let mut likely = NAMES.iter().filter(|name| name.pairs & !pairs == 0).peekable();
    likely.peek()?;
    let last = words.iter().rposition(|byte| *byte == b'-').map_or(words, |at| words.get(at + 1..).unwrap_or_default());
    let harmless = has(HARMLESS, last);
    // Of several the one that takes most values: `password` before `session`. `session-id` itself is none of a harmless `id`.
    let counts = |name: &&Name| {
        if harmless { name.name.contains('-') && is_end(name, words) } else { stands_in(name, words) }
    };
    likely.filter(counts).min_by_key(|name| name.long)
}

/// The name's words in lower case, without digits at their ends, each with `-` before it.
fn words<'b>(name: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut length = 0;
    let mut push = |byte: u8, length: &mut usize| {
        if let Some(place) = buffer.get_mut(*length) {
            *place = byte;
            *length += 1;
        }
    };
    let mut before = b'-';
    for (at, byte) in name.iter().enumerate() {
        let next = name.get(at + 1).copied().unwrap_or(b'-');
        let inside = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && next.is_ascii_lowercase()));
        let begins = !before.is_ascii_alphanumeric() || inside;
        if byte.is_ascii_alphabetic() {
            if begins || before.is_ascii_digit() && length == 0 {
                push(b'-', &mut length);
            }
            push(byte.to_ascii_lowercase(), &mut length);
        }
        before = *byte;
    }
    buffer.get(..length).filter(|words| !words.is_empty())
}

/// Whether a name ends in the words of a secret one.
fn is_end(name: &Name, words: &[u8]) -> bool {
    words.strip_suffix(name.name.as_bytes()).is_some_and(|before| before.ends_with(b"-"))
}

/// Whether the words of a secret name stand in a name, whole: at least up to the end of one of its words.
fn stands_in(name: &Name, words: &[u8]) -> bool {
    let wanted = name.name.as_bytes();
    let first = wanted.first().copied().unwrap_or_default();
    words.iter().enumerate().filter(|(_, byte)| **byte == first).any(|(at, _)| {
        let rest = words.get(at..).unwrap_or_default();
        let begins = name.suffix || words.get(at.wrapping_sub(1)) == Some(&b'-');
        begins && rest.starts_with(wanted) && rest.get(wanted.len()).is_none_or(|byte| *byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_and_others() {
        for (name, hint) in [
            ("password", "password"),
            ("PGPASSWORD", "password"),
            ("DB_PASSWORD_PROD", "password"),
            ("MYSQL_PWD", "password"),
            ("dbPassword2", "password"),
            ("apiKey", "secret"),
            ("API_KEY", "secret"),
            ("OPENAI_API_KEY", "secret"),
            ("x-api-key", "secret"),
            ("APIKey", "secret"),
            ("GITHUB_TOKEN", "secret"),
            ("_authToken", "secret"),
            ("aws_secret_access_key", "secret"),
            ("spring.datasource.password", "password"),
            ("AccountKey", "secret"),
            ("client_secret", "secret"),
            ("Set-Cookie", "cookie"),
            ("SESSION_ID", "secret"),
            ("mySessionId", "secret"),
        ] {
            assert_eq!(secret(name.as_bytes()).map(|name| name.hint), Some(hint), "{name}");
        }
        for name in [
            "PASSWORD_FILE",
            "max_tokens",
            "token_count",
            "tokenizer",
            "TOKENIZERS_PARALLELISM",
            "keyboard",
            "monkey",
            "key",
            "public_key",
            "bypass",
            "compass",
            "author",
            "secretary",
            "token_url",
            "passwords",
            "cache-key",
            "primary_key",
            "",
            "_",
            "123",
            "tokenType",
            "token_id",
            "session_name",
            "PassThrough",
        ] {
            assert!(secret(name.as_bytes()).is_none(), "{name}: {:?}", secret(name.as_bytes()));
        }
    }
}
