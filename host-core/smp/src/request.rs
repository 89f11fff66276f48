//! What a request carries: one CBOR map with names for keys.

use minicbor::decode::Decoder;

use crate::Code;
use crate::item;

/// A map that was gone through once: it is well-formed, and nothing follows it.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    map: &'a [u8],
}

/// Ends a map that did not say how many pairs it has.
const BREAK: u8 = 0xff;

impl<'a> Request<'a> {
    /// No bytes at all are an empty map.
    pub(crate) fn new(map: &'a [u8]) -> Result<Self, Code> {
        let request = Self { map };
        match request.find(None) {
            Some(Found::End(end)) if end == map.len() => Ok(request),
            _ => Err(Code::INVALID),
        }
    }

    /// The value of `key`, or the end of the map. None if the map is malformed before that.
    fn find(&self, key: Option<&str>) -> Option<Found<'a>> {
        if self.map.is_empty() {
            return Some(Found::End(0));
        }
        let mut decoder = Decoder::new(self.map);
        let mut left = decoder.map().ok()?;
        loop {
            let at = decoder.position();
            match &mut left {
                Some(0) => return Some(Found::End(at)),
                Some(left) => *left = left.saturating_sub(1),
                None if self.map.get(at) == Some(&BREAK) => {
                    return Some(Found::End(at.saturating_add(1)));
                }
                None => {}
            }
            let name = decoder.str().ok()?;
            if key == Some(name) {
                return Some(Found::Value(decoder));
            }
            let value = decoder.position();
            let length = item::length(self.map.get(value..)?)?;
            decoder.set_position(value.checked_add(length)?);
        }
    }

    /// The decoder, at the value of `key`.
    fn value(&self, key: &str) -> Option<Decoder<'a>> {
        match self.find(Some(key)) {
            Some(Found::Value(decoder)) => Some(decoder),
            _ => None,
        }
    }

    pub(crate) fn uint(&self, key: &str) -> Result<Option<u64>, Code> {
        let value = self.value(key).map(|mut value| value.u64());
        value.transpose().map_err(|_| Code::INVALID)
    }

    /// True if it is there and says so.
    pub(crate) fn truth(&self, key: &str) -> Result<bool, Code> {
        match self.value(key) {
            Some(mut value) => value.bool().map_err(|_| Code::INVALID),
            None => Ok(false),
        }
    }

    pub(crate) fn bytes(&self, key: &str) -> Result<Option<&'a [u8]>, Code> {
        let value = self.value(key).map(|mut value| value.bytes());
        value.transpose().map_err(|_| Code::INVALID)
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, Code> {
        let value = self.value(key).map(|mut value| value.str());
        value.transpose().map_err(|_| Code::INVALID)
    }

    /// A slot that a request has to name.
    pub(crate) fn slot(&self) -> Result<u8, Code> {
        let slot = self.uint("slot")?.ok_or(Code::INVALID)?;
        u8::try_from(slot).map_err(|_| Code::INVALID_SLOT)
    }

    /// The slots that a request has to name, one or more, put into `place`.
    pub(crate) fn slots<'p>(&self, place: &'p mut [u8]) -> Result<&'p [u8], Code> {
        let mut decoder = self.value("slots").ok_or(Code::INVALID)?;
        let invalid = |_| Code::INVALID;
        let count = decoder.array().map_err(invalid)?.ok_or(Code::INVALID)?;
        let place = usize::try_from(count)
            .ok()
            .filter(|count| *count > 0)
            .and_then(|count| place.get_mut(..count))
            .ok_or(Code::INVALID)?;
        for slot in &mut *place {
            let number = decoder.u64().map_err(invalid)?;
            *slot = u8::try_from(number).map_err(|_| Code::INVALID_SLOT)?;
        }
        Ok(place)
    }
}

enum Found<'a> {
    Value(Decoder<'a>),
    /// The map has ended, and how many bytes it has.
    End(usize),
}
