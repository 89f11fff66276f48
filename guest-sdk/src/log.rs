//! Log lines without `core::fmt`: a bounded buffer, and one small function per kind of value.

use core::marker::PhantomData;
use core::num::NonZero;

use crate::abi::{Function, Text};
use crate::import::Import;
pub use crate::logging::Level;
use crate::logging::functions::Log;

/// The most bytes of a line: the bound of `message` in `corelet:host/logging`.
pub const LINE_MAX: usize = bound_of_message(PhantomData::<<Log as Function>::Request>);

const fn bound_of_message<L, C, const MAX: usize>(_: PhantomData<(L, C, Text<MAX>)>) -> usize {
    MAX
}

/// Level, length of the context and length of the message, each in one byte.
const HEADER: usize = 3;
const _: () = assert!(LINE_MAX < 0x80);

/// One line of text while it is written. Of a text that does not fit, as many whole chars are kept as do.
///
/// The macros [`info!`](crate::info) and the like make one; a plugin needs it only to implement [`Show`].
#[derive(Debug)]
pub struct Line {
    /// The request of `log` as it crosses the boundary, so that a line is written once.
    request: [u8; HEADER + LINE_MAX],
    end: usize,
}

impl Line {
    /// An empty line.
    #[inline]
    pub const fn new() -> Self {
        Self {
            request: [0; HEADER + LINE_MAX],
            end: HEADER,
        }
    }

    /// Appends `text`, as many whole chars as fit.
    #[inline(never)]
    pub fn text(&mut self, text: &str) {
        let Some(free) = self.request.get_mut(self.end..) else {
            return;
        };
        let fitting = text.floor_char_boundary(free.len());
        if let Some((place, text)) = free.get_mut(..fitting).zip(text.as_bytes().get(..fitting)) {
            place.copy_from_slice(text);
            self.end += fitting;
        }
    }

    /// Appends a number in decimal, as many digits as fit.
    #[inline(never)]
    pub fn number(&mut self, negative: bool, magnitude: u64) {
        if negative {
            self.text("-");
        }
        let mut unit = NonZero::<u64>::MIN;
        while magnitude / unit >= 10 {
            unit = NonZero::new(unit.get().wrapping_mul(10)).unwrap_or(unit);
        }
        let mut rest = Some(unit);
        while let Some(unit) = rest {
            self.byte(b'0' + (magnitude / unit % 10) as u8);
            rest = NonZero::new(unit.get() / 10);
        }
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        if let Some(place) = self.request.get_mut(self.end) {
            *place = byte;
            self.end += 1;
        }
    }

    /// What is written.
    #[inline]
    #[allow(unsafe_code)]
    pub fn as_str(&self) -> &str {
        let written = self.request.get(HEADER..self.end).unwrap_or_default();
        // SAFETY: `text` and `number` are the only writers, and append whole chars.
        unsafe { str::from_utf8_unchecked(written) }
    }

    /// Logs the line. One that the host refuses is the host's to count.
    #[inline(never)]
    pub fn log(&mut self, level: Level) {
        let [first, _, length, ..] = &mut self.request;
        *first = level as u8;
        *length = (self.end - HEADER) as u8;
        let request = self.request.get(..self.end).unwrap_or_default();
        let _ = <Log as Import>::import(request, &mut []);
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::new()
    }
}

/// A value that a log line can show in place of `{}`.
///
/// Implemented for integers, `&str`, `bool` and `char`, and for references to what implements it.
///
/// ```
/// use corelet_guest::log::{Line, Show};
///
/// struct Celsius(i32);
/// impl Show for Celsius {
///     fn show(&self, line: &mut Line) {
///         self.0.show(line);
///         line.text(" °C");
///     }
/// }
///
/// let mut line = Line::new();
/// Celsius(-5).show(&mut line);
/// assert_eq!(line.as_str(), "-5 °C");
/// ```
pub trait Show {
    /// Appends the value to `line`.
    fn show(&self, line: &mut Line);
}

impl<T: Show + ?Sized> Show for &T {
    #[inline]
    fn show(&self, line: &mut Line) {
        T::show(self, line);
    }
}

impl Show for str {
    #[inline]
    fn show(&self, line: &mut Line) {
        line.text(self);
    }
}

impl Show for bool {
    #[inline]
    fn show(&self, line: &mut Line) {
        line.text(if *self { "true" } else { "false" });
    }
}

impl Show for char {
    #[inline]
    fn show(&self, line: &mut Line) {
        line.text(self.encode_utf8(&mut [0; 4]));
    }
}

macro_rules! show_unsigned {
    ($($type:ty)*) => {$(
        impl Show for $type {
            #[inline]
            fn show(&self, line: &mut Line) {
                line.number(false, *self as u64);
            }
        }
    )*};
}

show_unsigned!(u8 u16 u32 u64 usize);

macro_rules! show_signed {
    ($($type:ty)*) => {$(
        impl Show for $type {
            #[inline]
            fn show(&self, line: &mut Line) {
                line.number(*self < 0, self.unsigned_abs() as u64);
            }
        }
    )*};
}

show_signed!(i8 i16 i32 i64 isize);

macro_rules! level {
    ($($(#[$doc:meta])* $name:ident $level:ident;)*) => {
        level!(@ ($) $($(#[$doc])* $name $level;)*);
    };
    (@ ($dollar:tt) $($(#[$doc:meta])* $name:ident $level:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// See [`info!`](crate::info) for the text and its values.
        #[macro_export]
        macro_rules! $name {
            ($dollar($dollar line:tt)+) => {
                $dollar crate::rt::line!($dollar crate, $level, $dollar($dollar line)+)
            };
        }
    )*};
}

level! {
    /// Logs a line that follows every step.
    trace Trace;
    /// Logs a line that helps to find a fault.
    debug Debug;
    /// Logs a line that is worth a look.
    warn Warn;
    /// Logs a line about what failed.
    error Error;
    /// Logs a line about what keeps the plugin from going on.
    critical Critical;
}

/// Logs a line that is worth knowing.
///
/// `{}` stands for the next value after the text, `{name}` for a variable; `{{` and `}}` for braces. A value is an
/// integer, `&str`, `bool`, `char`, or anything else that is [`Show`](crate::log::Show). There are no options such
/// as `{:x}`. A wrong number of values does not compile. A line has at most 120 bytes; what goes over is left out.
///
/// ```
/// # use corelet_guest::{info, sim};
/// let (celsius, state) = (-5, "on");
/// info!("{} °C: heating {state}", celsius);
/// assert_eq!(sim::log(), "-5 °C: heating on");
/// ```
///
/// ```compile_fail
/// corelet_guest::info!("{} and {}", 1);
/// ```
#[macro_export]
macro_rules! info {
    ($($line:tt)+) => {
        $crate::rt::line!($crate, Info, $($line)+)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: impl Show) -> std::string::String {
        let mut line = Line::new();
        value.show(&mut line);
        line.as_str().into()
    }

    #[test]
    fn numbers_are_decimal_over_their_whole_range() {
        assert_eq!(shown(0_u8), "0");
        assert_eq!(shown(i64::MIN), "-9223372036854775808");
        assert_eq!(shown(u64::MAX), "18446744073709551615");
        assert_eq!(shown(-100_i8), "-100");
        assert_eq!(shown(usize::MAX), std::format!("{}", usize::MAX));
    }

    #[test]
    fn other_values_are_shown_as_display_has_them() {
        assert_eq!(shown(true), "true");
        assert_eq!(shown('°'), "°");
        assert_eq!(shown("text"), "text");
    }

    #[test]
    fn a_value_may_be_any_expression() {
        let milli = 19_500;
        crate::info!("{} and {}", milli / 1000, milli as i64);
        assert_eq!(crate::sim::log(), "19 and 19500");
    }

    #[test]
    fn a_char_that_does_not_fit_is_left_out_whole() {
        let mut line = Line::new();
        line.text(&"x".repeat(LINE_MAX - 1));
        line.text("°C");
        assert_eq!(line.as_str(), "x".repeat(LINE_MAX - 1));
    }

    #[test]
    fn a_line_can_be_filled_to_its_last_byte() {
        let mut line = Line::new();
        line.text(&"x".repeat(LINE_MAX - 2));
        line.text("°");
        assert_eq!(line.as_str().len(), LINE_MAX);
        line.number(false, 1);
        assert_eq!(line.as_str().len(), LINE_MAX);
        line.log(Level::Warn);
        assert_eq!(crate::sim::log(), line.as_str());
    }
}
