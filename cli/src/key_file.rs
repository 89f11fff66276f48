//! Ed25519 keys in files, in the forms of RFC 8410 that OpenSSL reads and writes too: PKCS#8 for the secret key, SPKI
//! for the public key, both as PEM.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes,
};
use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::error::Failure;

/// A new key from the system's source of random numbers.
///
/// # Errors
/// If the system has none.
pub(crate) fn generate() -> Result<SigningKey, Failure> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| {
        Failure::tool(format_args!("the system gives no random numbers: {error}"))
    })?;
    Ok(SigningKey::from_bytes(&secret))
}

/// Writes the secret key to `path`, readable by its owner only, and the public key beside it; returns the latter's path.
///
/// # Errors
/// If one of the files exists already, or cannot be written.
pub(crate) fn write_pair(path: &Path, key: &SigningKey) -> Result<PathBuf, Failure> {
    let public_path = public_path(path);
    if public_path.exists() {
        return Err(exists(&public_path));
    }
    // Without the public key: the form with it is version 2, which OpenSSL before 3.2 does not read.
    let secret = KeypairBytes {
        secret_key: key.to_bytes(),
        public_key: None,
    };
    let secret = secret.to_pkcs8_pem(LineEnding::LF).map_err(Failure::tool)?;
    let public = key
        .verifying_key()
        .to_public_key_pem(LineEnding::LF)
        .map_err(Failure::tool)?;
    write_new(path, secret.as_bytes(), 0o600)?;
    write_new(&public_path, public.as_bytes(), 0o644)?;
    Ok(public_path)
}

/// The secret key in `path`.
///
/// # Errors
/// If the file cannot be read or holds none.
pub(crate) fn read_secret(path: &Path) -> Result<SigningKey, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::reading(path, &error).help(format_args!(
            "corelet keygen {} makes a key",
            path.display()
        ))
    })?;
    SigningKey::from_pkcs8_pem(&text).map_err(|_| {
        Failure::usage(format_args!(
            "{} holds no Ed25519 secret key",
            path.display()
        ))
        .found(first_line(&text), "-----BEGIN PRIVATE KEY-----")
        .help("corelet keygen makes one")
    })
}

/// The public key in `path`.
///
/// # Errors
/// If the file cannot be read or holds none.
pub(crate) fn read_public(path: &Path) -> Result<VerifyingKey, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
    VerifyingKey::from_public_key_pem(&text).map_err(|_| {
        Failure::usage(format_args!(
            "{} holds no Ed25519 public key",
            path.display()
        ))
        .found(first_line(&text), "-----BEGIN PUBLIC KEY-----")
        .help("corelet keygen puts one beside the secret key, with .pub at the end")
    })
}

/// Two digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of which `digits` has two each; none for anything else.
pub(crate) fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let bytes = pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok());
    bytes.collect()
}

/// The public key's path beside the secret key's: `.pub` at its end.
fn public_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => Failure::writing(path, &error),
    })
}

fn exists(path: &Path) -> Failure {
    Failure::usage(format_args!("{} exists already", path.display()))
        .help("name another file; a lost key cannot be made again")
}

fn first_line(text: &str) -> String {
    match text.lines().next() {
        Some(line) if line.chars().count() <= 40 && !line.is_empty() => line.to_owned(),
        Some(_) => "something else".to_owned(),
        None => "an empty file".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_back_in_pairs() {
        let bytes: [u8; 64] = std::array::from_fn(|at| at as u8 * 3);
        let text = hex(&bytes);
        assert_eq!(unhex(text.as_bytes()), Some(bytes.to_vec()));
        assert_eq!(unhex(&text.as_bytes()[1..]), None);
        assert_eq!(unhex(text.replace('3', "g").as_bytes()), None);
        assert_eq!(unhex(b""), Some(Vec::new()));
    }

    #[test]
    fn a_pair_is_written_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("release");
        let key = generate().unwrap();
        let public = write_pair(&path, &key).unwrap();
        assert_eq!(public, folder.path().join("release.pub"));
        assert_eq!(read_secret(&path).unwrap(), key);
        assert_eq!(read_public(&public).unwrap(), key.verifying_key());
        let again = write_pair(&path, &key).unwrap_err().to_string();
        assert!(again.contains("exists already"), "{again}");
        std::fs::remove_file(&public).unwrap();
        assert!(
            write_pair(&path, &key).is_err(),
            "the secret key alone is kept too"
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_secret_key_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("release");
        write_pair(&path, &generate().unwrap()).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_public_key_is_not_taken_for_a_secret_one() {
        let folder = tempfile::tempdir().unwrap();
        let public = write_pair(&folder.path().join("k"), &generate().unwrap()).unwrap();
        let text = read_secret(&public).unwrap_err().to_string();
        assert!(text.contains("found: -----BEGIN PUBLIC KEY-----"), "{text}");
    }

    /// The vector of RFC 8410, section 10.3.
    #[test]
    fn a_key_that_another_tool_wrote_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k");
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
        std::fs::write(&path, pem).unwrap();
        let public = read_secret(&path)
            .unwrap()
            .verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .unwrap();
        assert!(public.contains("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="));
    }
}
