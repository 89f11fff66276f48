use std::fs;
use std::path::Path;

use super::SourceError;

/// Recorded values. Each holds until the next; before the first there is none.
///
/// As a file: lines of `time_s,value`, seconds since the start of the board in rising order; the header may be left out, and so may
/// lines be empty or begin with `#`.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// Nanoseconds and values, in the order of time.
    samples: Vec<(u64, f64)>,
}

impl Replay {
    /// Reads a file.
    ///
    /// # Errors
    /// [`SourceError`], with the line if it is one.
    pub fn load(path: &Path) -> Result<Self, SourceError> {
        let text = fs::read_to_string(path).map_err(|error| SourceError::File {
            path: path.into(),
            error,
        })?;
        Self::parse(&text).map_err(|(line, found, allowed)| SourceError::Line {
            path: path.into(),
            line,
            found,
            allowed,
        })
    }

    /// The samples of a text; else the number of the line, what stands there, and what should.
    fn parse(text: &str) -> Result<Self, (usize, String, &'static str)> {
        let mut samples = Vec::new();
        for (index, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') || (index == 0 && line == "time_s,value") {
                continue;
            }
            let wrong = |allowed| (index + 1, line.to_string(), allowed);
            let (time, value) = sample(line).ok_or(wrong("time_s,value, two numbers"))?;
            if samples.last().is_some_and(|(last, _)| *last >= time) {
                return Err(wrong("a later time than on the line before"));
            }
            samples.push((time, value));
        }
        if samples.is_empty() {
            return Err((1, String::new(), "time_s,value, at least once"));
        }
        Ok(Self { samples })
    }

    /// The value at `now`, in nanoseconds.
    pub(super) fn value(&self, now: u64) -> Option<f64> {
        let after = self.samples.partition_point(|(time, _)| *time <= now);
        let (_, value) = self.samples.get(after.checked_sub(1)?)?;
        Some(*value)
    }
}

fn sample(line: &str) -> Option<(u64, f64)> {
    let (time, value) = line.split_once(',')?;
    let seconds: f64 = time.trim().parse().ok()?;
    let nanoseconds = (seconds * 1e9).round();
    if !(0.0..u64::MAX as f64).contains(&nanoseconds) {
        return None;
    }
    Some((nanoseconds as u64, value.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_until_the_next() {
        let replay = Replay::parse("time_s,value\n0.5,19\n\n# door\n2,-5.25\n").unwrap();
        let at = |ms: u64| replay.value(ms * 1_000_000);
        assert_eq!(at(499), None);
        assert_eq!(at(500), Some(19.0));
        assert_eq!(at(1_999), Some(19.0));
        assert_eq!(at(2_000), Some(-5.25));
        assert_eq!(at(1_000_000), Some(-5.25));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let line = |text| Replay::parse(text).unwrap_err().0;
        assert_eq!(line(""), 1);
        assert_eq!(line("time_s,value\n"), 1);
        assert_eq!(line("0,1\ntime_s,value"), 2);
        assert_eq!(line("0,1\n1"), 2);
        assert_eq!(line("0,1\n1,x"), 2);
        assert_eq!(line("0,1\n\n0,2"), 3);
        assert_eq!(line("-1,1"), 1);
        assert_eq!(line("inf,1"), 1);
    }

    #[test]
    fn errors_of_files_name_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("room.csv");
        fs::write(&path, "0,20\n1,warm\n").unwrap();
        let error = Replay::load(&path).unwrap_err().to_string();
        assert!(error.ends_with("room.csv:2: found `1,warm`, allowed: time_s,value, two numbers"));
    }
}
