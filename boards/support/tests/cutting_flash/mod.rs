use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase,
    check_read, check_write,
};

/// A flash in memory that loses power after a number of bytes is written or erased, in the midst of a word or sector
/// if it comes so. `W` is the size of its words; sectors have 256 bytes.
#[derive(Clone)]
pub(crate) struct CuttingFlash<const W: usize> {
    pub(crate) bytes: Vec<u8>,
    /// Bytes that can still be changed.
    pub(crate) left: usize,
}

impl<const W: usize> CuttingFlash<W> {
    pub(crate) fn erased(capacity: usize) -> Self {
        Self {
            bytes: vec![0xff; capacity],
            left: usize::MAX,
        }
    }

    fn change(
        &mut self,
        from: usize,
        count: usize,
        new: impl Fn(usize, u8) -> u8,
    ) -> Result<(), NorFlashErrorKind> {
        let powered = count.min(self.left);
        for (index, byte) in self.bytes[from..from + powered].iter_mut().enumerate() {
            *byte = new(index, *byte);
        }
        self.left -= powered;
        if powered < count {
            return Err(NorFlashErrorKind::Other);
        }
        Ok(())
    }
}

impl<const W: usize> ErrorType for CuttingFlash<W> {
    type Error = NorFlashErrorKind;
}

impl<const W: usize> ReadNorFlash for CuttingFlash<W> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl<const W: usize> NorFlash for CuttingFlash<W> {
    const WRITE_SIZE: usize = W;
    const ERASE_SIZE: usize = 256;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.change(from as usize, (to - from) as usize, |_, _| 0xff)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        self.change(offset as usize, bytes.len(), |index, old| {
            old & bytes[index]
        })
    }
}

impl<const W: usize> MultiwriteNorFlash for CuttingFlash<W> {}
