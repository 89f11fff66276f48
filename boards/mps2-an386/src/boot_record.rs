use corelet_abi::{Bytes, Codec, CodecError, List, NameKey, Reader, Seq, Writer};

use crate::SLOTS;

/// How the firmware shall run. It stands at the start of its flash region; an erased region stands for
/// [`BootRecord::FOR_EVER`].
///
/// Nobody signs it. So the firmware reads it only if it accepts the development key, with which everybody can sign plugins.
///
/// Encoded as eight bytes of magic and the fields in order, as messages are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootRecord<'a> {
    /// After so many milliseconds the firmware logs its figures and ends the emulator; 0 for never.
    pub run_milliseconds: u32,
    /// It ends before that when the plugin of each slot was ticked so many times; all 0 for a run that no tick ends.
    pub ticks: [u32; SLOTS],
    /// What it calls after it has loaded the slots, before anything else; each call's outcome is logged.
    pub calls: ScriptedCalls<'a>,
}

/// The calls of a [`BootRecord`].
pub type ScriptedCalls<'a> = List<'a, ScriptedCall<'static>>;

/// A call into a plugin, with a request that is already encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptedCall<'a> {
    /// The slot.
    pub slot: u8,
    /// The export.
    pub export: NameKey,
    /// The request: 512 bytes at most.
    pub request: &'a [u8],
}

type Ticks = [u32; SLOTS];
type Request = Bytes<512>;
type Calls = Seq<ScriptedCall<'static>, 64>;

const MAGIC: &[u8] = b"corelet1";

impl<'a> BootRecord<'a> {
    /// What a device does: call nothing of its own, and run for ever.
    pub const FOR_EVER: Self = Self {
        run_milliseconds: 0,
        ticks: [0; SLOTS],
        calls: List::EMPTY,
    };

    /// Encodes the record, and returns its length in bytes.
    ///
    /// # Errors
    /// [`CodecError::Bound`] for more than 64 calls or a request over its bound, [`CodecError::Full`] if `buffer` is.
    pub fn encode(&self, buffer: &mut [u8]) -> Result<usize, CodecError> {
        let mut writer = Writer::new(buffer);
        writer.bytes(MAGIC)?;
        u32::encode(&self.run_milliseconds, &mut writer)?;
        Ticks::encode(&self.ticks, &mut writer)?;
        Calls::encode(&self.calls, &mut writer)?;
        Ok(writer.length())
    }

    /// The record at the start of `region`; none if there is no whole one.
    pub fn decode(region: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(region.strip_prefix(MAGIC)?);
        Some(Self {
            run_milliseconds: u32::decode(&mut reader).ok()?,
            ticks: Ticks::decode(&mut reader).ok()?,
            calls: Calls::decode(&mut reader).ok()?,
        })
    }
}

impl Codec for ScriptedCall<'static> {
    type Value<'a> = ScriptedCall<'a>;
    const MAX: usize = <(u8, u64, Request)>::MAX;

    fn encode(value: &ScriptedCall<'_>, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        <(u8, u64, Request)>::encode(&(value.slot, value.export.0, value.request), writer)
    }

    fn read<'a>(reader: &mut Reader<'a>) -> ScriptedCall<'a> {
        let (slot, export, request) = <(u8, u64, Request)>::read(reader);
        ScriptedCall {
            slot,
            export: NameKey(export),
            request,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_from_a_region_with_erased_bytes_behind_it() {
        let calls = [
            ScriptedCall {
                slot: 1,
                export: NameKey::of("corelet:plugin/processor@0.1.0", "process"),
                request: &[1, 2, 3],
            },
            ScriptedCall {
                slot: 0,
                export: NameKey::of_export("init"),
                request: &[],
            },
        ];
        let record = BootRecord {
            run_milliseconds: 1500,
            ticks: [3, 0],
            calls: (&calls).into(),
        };
        let mut region = [0xff; 128];
        record.encode(&mut region).unwrap();
        assert_eq!(BootRecord::decode(&region), Some(record));
    }

    #[test]
    fn an_erased_or_damaged_region_holds_no_record() {
        let mut region = [0xff; 64];
        assert_eq!(BootRecord::decode(&region), None);
        BootRecord::FOR_EVER.encode(&mut region).unwrap();
        assert_eq!(BootRecord::decode(&region), Some(BootRecord::FOR_EVER));
        assert_eq!(BootRecord::decode(&region[..11]), None);
        region[0] ^= 1;
        assert_eq!(BootRecord::decode(&region), None);
    }

    #[test]
    fn a_record_that_does_not_fit_is_refused() {
        assert_eq!(
            BootRecord::FOR_EVER.encode(&mut [0; 11]),
            Err(CodecError::Full)
        );
    }
}
