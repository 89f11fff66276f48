//! `--sensor`: what a channel measures.

use corelet_desktop::Source;

use crate::error::Failure;

/// Channel and source of `CHANNEL=VALUE`, `CHANNEL=csv:FILE` or `CHANNEL=sine:MEAN,AMPLITUDE,SECONDS`.
///
/// # Errors
/// If `text` is something else, or the file cannot be read.
pub(super) fn parse(text: &str) -> Result<(u8, Source), Failure> {
    let parts = text.split_once('=');
    let parts = parts.and_then(|(channel, source)| Some((channel.parse().ok()?, source)));
    let Some((channel, source)) = parts else {
        return Err(Failure::usage("this is no sensor")
            .found(
                text,
                "CHANNEL=VALUE, CHANNEL=csv:FILE or CHANNEL=sine:MEAN,AMPLITUDE,SECONDS",
            )
            .help("--sensor 0=19.0"));
    };
    let source = source.strip_prefix("csv:").unwrap_or(source).parse();
    Ok((
        channel,
        source.map_err(|error| Failure::usage(format_args!("sensor {channel}: {error}")))?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_a_value_a_wave_or_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a=b.csv");
        std::fs::write(&file, "time_s,value\n0,1.5\n").unwrap();
        assert!(matches!(
            parse("0=-5.25").unwrap(),
            (0, Source::Constant(-5.25))
        ));
        assert!(matches!(
            parse("7=sine:21,0.5,60").unwrap(),
            (7, Source::Sine { .. })
        ));
        let text = format!("1=csv:{}", file.display());
        assert!(matches!(parse(&text).unwrap(), (1, Source::Replay(_))));
    }

    #[test]
    fn what_is_no_sensor_is_refused() {
        for text in ["", "0", "=1", "256=1", "x=1", "0=csv:", "0=sine:1,2"] {
            let text = parse(text).unwrap_err().to_string();
            assert!(text.contains("MEAN,AMPLITUDE,SECONDS"), "{text}");
        }
    }
}
