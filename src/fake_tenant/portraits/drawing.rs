//! Images of a few pixels, drawn from nothing: real PNG and JPEG files that every reader opens.

use std::io::Write as _;

use flate2::{Compression, Crc, write::ZlibEncoder};
use rand::RngCore as _;

use crate::fake_tenant::people::dice::{Dice, Stream};

/// Pixels on each side of a PNG.
const SIDE: u32 = 16;
/// Blocks of 8 by 8 pixels of a JPEG, which has two on each side.
const BLOCKS: usize = 4;

/// A PNG of coloured squares, mirrored like a face.
pub(super) fn png(seed: u64, salt: u64, index: u64) -> Vec<u8> {
    let mut dice = Dice::with_salt(seed, Stream::Portrait, salt, index);
    let (cells, colour) = (dice.next_u64(), dice.next_u32().to_be_bytes());
    let mut pixels = Vec::new();
    for y in 0..SIDE {
        // No filter in this line.
        pixels.push(0);
        for x in 0..SIDE {
            let x = x.min(SIDE - 1 - x) / 2;
            let is_set = cells >> ((y / 2) * 4 + x) & 1 == 1;
            pixels.extend(colour.iter().take(3).map(|part| if is_set { *part } else { 0xF0 }));
        }
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = packed.write_all(&pixels);
    let packed = packed.finish().unwrap_or_default();
    let mut head = [SIDE.to_be_bytes(), SIDE.to_be_bytes()].concat();
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
    for (name, content) in [(b"IHDR", head.as_slice()), (b"IDAT", &packed), (b"IEND", &[])] {
        file.extend_from_slice(&u32::try_from(content.len()).unwrap_or_default().to_be_bytes());
        let mut crc = Crc::new();
        crc.update(name);
        crc.update(content);
        file.extend_from_slice(name);
        file.extend_from_slice(content);
        file.extend_from_slice(&crc.sum().to_be_bytes());
    }
    file
}

/// A grey JPEG of four even blocks.
pub(super) fn jpeg(seed: u64, salt: u64, index: u64) -> Vec<u8> {
    let mut dice = Dice::with_salt(seed, Stream::Portrait, salt, index);
    let greys: [u8; BLOCKS] = dice.next_u32().to_be_bytes();
    let mut file = b"\xFF\xD8".to_vec();
    segment(&mut file, 0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    // One table of quantities, all 8: the first coefficient of an even block is then its grey less 128.
    segment(&mut file, 0xDB, &[&[0][..], &[8; 64]].concat());
    segment(&mut file, 0xC0, &[8, 0, 16, 0, 16, 1, 1, 0x11, 0]);
    // Codes of the sizes 0 to 8 of first coefficients, two to five bits long; and one code, 0, for the end of a block.
    segment(&mut file, 0xC4, &[&[0x00][..], &DC_CODES_OF_LENGTH, &[0, 1, 2, 3, 4, 5, 6, 7, 8]].concat());
    segment(&mut file, 0xC4, &[&[0x10][..], &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[0]].concat());
    segment(&mut file, 0xDA, &[1, 1, 0x00, 0, 63, 0]);
    let mut bits = Bits::default();
    let mut before = 0;
    for grey in greys {
        let value = i32::from(grey) - 128;
        bits.first_coefficient(value - before);
        bits.push(0, 1);
        before = value;
    }
    file.extend(bits.finish());
    file.extend_from_slice(b"\xFF\xD9");
    file
}

/// How many codes have one bit, two, and so on: size 0 is 00, 1 to 5 are 010 to 110, 6 is 1110, 7 is 11110, 8 is 111110.
const DC_CODES_OF_LENGTH: [u8; 16] = [0, 1, 5, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const DC_CODES: [(u32, u32); 9] =
    [(0b00, 2), (0b010, 3), (0b011, 3), (0b100, 3), (0b101, 3), (0b110, 3), (0b1110, 4), (0b1_1110, 5), (0b11_1110, 6)];

fn segment(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    file.extend_from_slice(&[0xFF, marker]);
    file.extend_from_slice(&u16::try_from(content.len() + 2).unwrap_or_default().to_be_bytes());
    file.extend_from_slice(content);
}

/// Bits, the highest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    last: u32,
    used: u32,
}

impl Bits {
    fn push(&mut self, bits: u32, count: u32) {
        for at in (0..count).rev() {
            self.last = self.last << 1 | (bits >> at & 1);
            self.used += 1;
            if self.used == 8 {
                let byte = u8::try_from(self.last).unwrap_or_default();
                self.bytes.push(byte);
                // What looks like a marker is none.
                if byte == 0xFF {
                    self.bytes.push(0);
                }
                (self.last, self.used) = (0, 0);
            }
        }
    }

    /// The difference of a block's first coefficient to that of the one before: its size, then its bits.
    fn first_coefficient(&mut self, difference: i32) {
        let size = i32::BITS - difference.unsigned_abs().leading_zeros();
        let (code, length) = DC_CODES.get(size as usize).copied().unwrap_or_default();
        self.push(code, length);
        let low = if difference < 0 { difference - 1 } else { difference };
        self.push(low.cast_unsigned() & ((1 << size) - 1), size);
    }

    fn finish(mut self) -> Vec<u8> {
        while self.used != 0 {
            self.push(1, 1);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_another_and_always_the_same() {
        for draw in [png, jpeg] {
            assert_eq!(draw(1, 0, 7), draw(1, 0, 7));
            for other in [draw(2, 0, 7), draw(1, 1, 7), draw(1, 0, 8)] {
                assert_ne!(draw(1, 0, 7), other);
            }
        }
        assert!(png(1, 0, 7).len() < 400 && jpeg(1, 0, 7).len() < 400);
    }

    #[test]
    fn bits_that_look_like_a_marker_are_stuffed() {
        let mut bits = Bits::default();
        bits.push(0xFF, 8);
        bits.push(0b10, 2);
        assert_eq!(bits.finish(), [0xFF, 0, 0b1011_1111]);
    }
}
