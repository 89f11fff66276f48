mod replay;

use std::f64::consts::TAU;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use corelet_host::capability::sensor::{Channel, Error, Reading, Unit};

pub use replay::Replay;

/// The unit is degrees Celsius with three decimal places, unless it is set.
const SCALE: u8 = 3;

/// One channel, and where its values come from.
#[derive(Clone, Debug)]
pub struct Sensor {
    /// What plugins see when they list the channels.
    pub channel: Channel<'static>,
    /// Decimal places of a reading, at most 9.
    pub scale: u8,
    /// Where the values come from.
    pub source: Source,
}

impl Sensor {
    /// Channel `number` measures degrees Celsius with three decimal places.
    pub const fn new(number: u8, source: Source) -> Self {
        Self {
            channel: Channel {
                number,
                name: "simulated",
                unit: Unit::Celsius,
            },
            scale: SCALE,
            source,
        }
    }

    /// The reading at `now`, in nanoseconds.
    pub(crate) fn read(&self, now: u64) -> Result<Reading, Error> {
        let value = self.source.value(now)?;
        let scaled = (value * 10_f64.powi(i32::from(self.scale))).round();
        if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&scaled) {
            return Err(Error::DeviceFailed);
        }
        Ok(Reading {
            value: scaled as i32,
            scale: self.scale,
            unit: self.channel.unit,
            timestamp: now,
        })
    }
}

/// Where the values of a channel come from.
///
/// ```
/// use corelet_desktop::Source;
/// assert!(matches!("19.5".parse(), Ok(Source::Constant(19.5))));
/// assert!(matches!("sine:20,5,60".parse(), Ok(Source::Sine { .. })));
/// assert!("no-such-file.csv".parse::<Source>().is_err());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Source {
    /// Always the same.
    Constant(f64),
    /// A sine wave that starts at its mean and rises.
    Sine {
        /// Around what it swings.
        mean: f64,
        /// How far it goes from there.
        amplitude: f64,
        /// How long one swing takes.
        period: Duration,
    },
    /// What was recorded.
    Replay(Replay),
    /// Nothing but this error.
    Failing(Error),
}

impl Source {
    fn value(&self, now: u64) -> Result<f64, Error> {
        match self {
            Self::Constant(value) => Ok(*value),
            Self::Sine {
                mean,
                amplitude,
                period,
            } => {
                let swings = Duration::from_nanos(now).as_secs_f64() / period.as_secs_f64();
                Ok(mean + amplitude * (TAU * swings.fract()).sin())
            }
            Self::Replay(replay) => replay.value(now).ok_or(Error::NotReady),
            Self::Failing(error) => Err(*error),
        }
    }
}

/// A number, `sine:MEAN,AMPLITUDE,SECONDS`, or the path of a CSV file (see [`Replay`]).
impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        if let Ok(value) = text.parse::<f64>() {
            return Ok(Self::Constant(value));
        }
        match text.strip_prefix("sine:") {
            Some(numbers) => sine(numbers).ok_or_else(|| SourceError::Sine(numbers.into())),
            None => Replay::load(Path::new(text)).map(Self::Replay),
        }
    }
}

fn sine(numbers: &str) -> Option<Source> {
    let mut numbers = numbers
        .split(',')
        .map(|number| number.trim().parse::<f64>());
    let mut next = || numbers.next()?.ok();
    let (mean, amplitude, seconds) = (next()?, next()?, next()?);
    let period = Duration::try_from_secs_f64(seconds).ok()?;
    if numbers.next().is_some() || period.is_zero() {
        return None;
    }
    Some(Source::Sine {
        mean,
        amplitude,
        period,
    })
}

/// Why a text is no [`Source`].
#[derive(Debug)]
#[non_exhaustive]
pub enum SourceError {
    /// The numbers of a sine wave are not three, or not numbers.
    Sine(String),
    /// The file cannot be read.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line of the file is not what it should be.
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What stands there.
        found: String,
        /// What should.
        allowed: &'static str,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sine(found) => write!(
                f,
                "`sine:{found}` is no sine wave: write sine:MEAN,AMPLITUDE,SECONDS, for instance sine:20,5,60"
            ),
            Self::File { path, error } if error.kind() == io::ErrorKind::NotFound => write!(
                f,
                "`{}` is neither a number nor a file that is there; write a number, sine:MEAN,AMPLITUDE,SECONDS or the path of a CSV file",
                path.display()
            ),
            Self::File { path, error } => write!(
                f,
                "{}: {error}; a sensor is a number, sine:MEAN,AMPLITUDE,SECONDS or a CSV file",
                path.display()
            ),
            Self::Line {
                path,
                line,
                found,
                allowed,
            } => write!(
                f,
                "{}:{line}: found `{found}`, allowed: {allowed}",
                path.display()
            ),
        }
    }
}

impl std::error::Error for SourceError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_the_value_in_the_channels_scale() {
        let mut sensor = Sensor::new(2, Source::Constant(-5.25));
        let reading = sensor.read(7).unwrap();
        assert_eq!((reading.value, reading.scale), (-5_250, 3));
        assert_eq!((reading.unit, reading.timestamp), (Unit::Celsius, 7));

        sensor.scale = 9;
        sensor.source = Source::Constant(2.2);
        assert_eq!(sensor.read(0), Err(Error::DeviceFailed));
        sensor.source = Source::Constant(f64::NAN);
        assert_eq!(sensor.read(0), Err(Error::DeviceFailed));
    }

    #[test]
    fn a_sine_wave_swings() {
        let source: Source = "sine: 20, 5,60".parse().unwrap();
        let at = |seconds: u64| {
            let sensor = Sensor::new(0, source.clone());
            sensor.read(seconds * 1_000_000_000).unwrap().value
        };
        assert_eq!(
            [0, 15, 30, 45, 60].map(at),
            [20_000, 25_000, 20_000, 15_000, 20_000]
        );
    }

    #[test]
    fn a_source_that_is_none_says_what_is_allowed() {
        for wrong in [
            "sine:1,2",
            "sine:1,2,x",
            "sine:1,2,0",
            "sine:1,2,3,4",
            "sine:1,2,-1",
        ] {
            let error = wrong.parse::<Source>().unwrap_err().to_string();
            assert!(error.contains("sine:MEAN,AMPLITUDE,SECONDS"), "{error}");
        }
        let error = "nowhere.csv".parse::<Source>().unwrap_err().to_string();
        assert!(
            error.starts_with("`nowhere.csv` is neither a number nor a file"),
            "{error}"
        );
    }
}
