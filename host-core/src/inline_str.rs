use core::fmt;

/// A string of at most `N` bytes (`N` at most 255) that is kept where it stands: no heap, no lifetime, and `Copy`.
///
/// ```
/// use corelet_host::InlineStr;
/// let name = InlineStr::<8>::new("pump").unwrap();
/// assert_eq!(name.as_str(), "pump");
/// assert_eq!(InlineStr::<8>::new("thermostat"), None);
/// assert_eq!(InlineStr::<8>::cut("thermostat").as_str(), "thermost");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InlineStr<const N: usize> {
    length: u8,
    /// Zero from `length` on, so that equality is that of the strings.
    bytes: [u8; N],
}

impl<const N: usize> InlineStr<N> {
    /// No characters.
    pub const EMPTY: Self = {
        assert!(N <= u8::MAX as usize, "the length is kept in a byte");
        Self {
            length: 0,
            bytes: [0; N],
        }
    };

    /// `text`; none if it is longer than `N` bytes.
    pub fn new(text: &str) -> Option<Self> {
        let mut string = Self::EMPTY;
        string
            .bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        string.length = u8::try_from(text.len()).ok()?;
        Some(string)
    }

    /// As many whole characters of `text` as fit.
    pub fn cut(text: &str) -> Self {
        let end = text.floor_char_boundary(N);
        text.get(..end).and_then(Self::new).unwrap_or(Self::EMPTY)
    }

    /// As [`cut`](Self::cut), with a `?` in place of every control character but the tab: for a terminal or a log.
    pub fn printable(text: &str) -> Self {
        let mut string = Self::EMPTY;
        for char in text.chars() {
            let char = if char.is_control() && char != '\t' {
                '?'
            } else {
                char
            };
            if !string.push(char) {
                break;
            }
        }
        string
    }

    /// False if it does not fit.
    fn push(&mut self, char: char) -> bool {
        let rest = self.bytes.get_mut(usize::from(self.length)..);
        let place = rest.and_then(|rest| rest.get_mut(..char.len_utf8()));
        if let Some(place) = place {
            char.encode_utf8(place);
            // At most `N`, which is at most 255.
            self.length = self.length.saturating_add(char.len_utf8() as u8);
            return true;
        }
        false
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.bytes
            .get(..usize::from(self.length))
            .and_then(|bytes| core::str::from_utf8(bytes).ok())
            .unwrap_or("")
    }
}

impl<const N: usize> fmt::Debug for InlineStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const N: usize> fmt::Display for InlineStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

/// As `Debug` writes it.
#[cfg(feature = "defmt")]
impl<const N: usize> defmt::Format for InlineStr<N> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=str:?}", self.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_leaves_whole_characters() {
        assert_eq!(InlineStr::<4>::cut("m°°C").as_str(), "m°");
        assert_eq!(InlineStr::<5>::cut("m°°C").as_str(), "m°°");
        assert_eq!(InlineStr::<0>::cut("m").as_str(), "");
    }

    #[test]
    fn a_printable_string_has_no_control_characters() {
        let printable = |text| InlineStr::<16>::printable(text);
        assert_eq!(printable("a\tm°C").as_str(), "a\tm°C");
        assert_eq!(printable("x\r\n\u{1b}[2K\0").as_str(), "x???[2K?");
        assert_eq!(printable("\u{7f}\u{80}\u{9f}\u{a0}").as_str(), "???\u{a0}");
        assert_eq!(InlineStr::<4>::printable("m°°C").as_str(), "m°");
        assert_eq!(InlineStr::<3>::printable("\u{80}\u{80}abc").as_str(), "??a");
    }

    #[test]
    fn a_string_that_fills_it_fits() {
        assert_eq!(InlineStr::<4>::new("pump").unwrap().as_str(), "pump");
        assert_eq!(InlineStr::<4>::new("pumps"), None);
    }
}
