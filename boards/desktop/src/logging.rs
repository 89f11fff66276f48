use std::fmt;

use corelet_host::capability::logging::Level;

/// One line that a plugin logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The plugin's name.
    pub plugin: String,
    /// How much it matters.
    pub level: Level,
    /// Which part of the plugin speaks; may be empty.
    pub context: String,
    /// What it says.
    pub message: String,
}

/// `[plugin] message`; a level other than `info` and a context stand before the message.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] ", self.plugin)?;
        if self.level != Level::Info {
            write!(f, "{}: ", level_name(self.level))?;
        }
        if !self.context.is_empty() {
            write!(f, "{}: ", self.context)?;
        }
        f.write_str(&self.message)
    }
}

/// The name of a level, as the contract has it.
pub const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
        Level::Critical => "critical",
    }
}

/// Where the lines of plugins go.
pub enum LogTo {
    /// They are kept, the oldest first.
    Memory(Vec<Line>),
    /// Each is given to this at once.
    Each(Box<dyn FnMut(&Line) + Send>),
}

impl LogTo {
    /// Each line goes to the standard error stream.
    pub fn stderr() -> Self {
        Self::Each(Box::new(|line| eprintln!("{line}")))
    }

    pub(crate) fn log(&mut self, line: Line) {
        match self {
            Self::Memory(lines) => lines.push(line),
            Self::Each(each) => each(&line),
        }
    }
}

impl fmt::Debug for LogTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(lines) => f.debug_tuple("Memory").field(lines).finish(),
            Self::Each(_) => f.write_str("Each"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_who_speaks_and_how_much_it_matters() {
        let mut line = Line {
            plugin: "thermostat".into(),
            level: Level::Info,
            context: String::new(),
            message: "heating on".into(),
        };
        assert_eq!(line.to_string(), "[thermostat] heating on");
        line.level = Level::Warn;
        line.context = "relay".into();
        assert_eq!(line.to_string(), "[thermostat] warn: relay: heating on");
    }
}
