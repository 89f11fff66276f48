//! Times and sizes as people write them.

use std::time::Duration;

/// Reads a time such as `1s`, `250ms`, `1.5 min`.
///
/// # Errors
/// What is allowed, if `text` is something else.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 6] = [
        ("ns", 1),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    parse(text, &UNITS)
        .map(Duration::from_nanos)
        .ok_or_else(|| "a time such as 250ms, 1s, 5 min, 1 h".to_owned())
}

/// Reads a size in bytes such as `640`, `640 B`, `16 KiB`, `1MiB`.
///
/// # Errors
/// What is allowed, if `text` is something else.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 4] = [("", 1), ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20)];
    parse(text, &UNITS).ok_or_else(|| "a size such as 640, 640 B, 16 KiB".to_owned())
}

/// A decimal number and a unit. None for anything else, for a value that is no whole number of the smallest unit, and for
/// one over `u64`.
fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim())?;
    let number = number.replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let places = u32::try_from(fraction.len()).ok()?;
    let scale = 10u128.checked_pow(places)?;
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    if whole.is_empty() || (number.contains('.') && fraction.is_empty()) {
        return None;
    }
    let scaled = digits.checked_mul(u128::from(*factor))?;
    (scaled % scale == 0)
        .then(|| u64::try_from(scaled / scale).ok())
        .flatten()
}

/// A number with a comma between groups of three digits: `17,144`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size for a person: `640 B`, `1.4 KiB`, `16 KiB`.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1 << 10 {
        return format!("{bytes} B");
    }
    let (unit, name) = if bytes < 1 << 20 {
        (1u64 << 10, "KiB")
    } else {
        (1u64 << 20, "MiB")
    };
    let tenths = (u128::from(bytes) * 10 + u128::from(unit) / 2) / u128::from(unit);
    match tenths % 10 {
        0 => format!("{} {name}", tenths / 10),
        tenth => format!("{}.{tenth} {name}", tenths / 10),
    }
}

/// A time for a person, as [`parse_duration`] reads it: `250ms`, `30s`, `5min`.
pub(crate) fn time(time: Duration) -> String {
    let (seconds, milliseconds) = (time.as_secs(), time.subsec_millis());
    match (seconds, milliseconds) {
        (60.., 0) if seconds.is_multiple_of(60) => format!("{}min", seconds / 60),
        (_, 0) => format!("{seconds}s"),
        _ => format!("{}ms", time.as_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let milliseconds = |text| parse_duration(text).map(|time| time.as_millis());
        assert_eq!(milliseconds("1s"), Ok(1_000));
        assert_eq!(milliseconds("250ms"), Ok(250));
        assert_eq!(milliseconds("1.5 min"), Ok(90_000));
        assert_eq!(parse_duration("1us"), Ok(Duration::from_micros(1)));
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        for text in ["250ms", "1500ms", "0s", "30s", "90s", "5min"] {
            assert_eq!(parse_duration(text).map(time).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "s",
            "1",
            "1 week",
            "-1s",
            "1..5s",
            ".5s",
            "1.s",
            "0.5ns",
            "99999999999999999999s",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_and_written() {
        assert_eq!(parse_size("640"), Ok(640));
        assert_eq!(parse_size("1_024 B"), Ok(1_024));
        assert_eq!(parse_size("16 KiB"), Ok(16_384));
        assert_eq!(parse_size("1.5KiB"), Ok(1_536));
        assert!(parse_size("16 kB").is_err());
        assert_eq!(size(640), "640 B");
        assert_eq!(size(1_434), "1.4 KiB");
        assert_eq!(size(16_384), "16 KiB");
        assert_eq!(size(1_048_575), "1024 KiB");
        assert_eq!(size(1_572_864), "1.5 MiB");
    }

    #[test]
    fn digits_stand_in_groups() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(2_212), "2,212");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
