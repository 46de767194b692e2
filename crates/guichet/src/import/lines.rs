//! Numbers the lines of a file as people count them, while it is read. What never enters: what the lines say.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

/// A stream that notes where its lines are. The parser above it reads ahead and skips blank lines, so that its own
/// count tells where it began to look, not where a record stands.
#[derive(Debug)]
pub(super) struct Lines<R> {
    stream: R,
    /// Bytes read so far.
    bytes: u64,
    /// The line, from 1, of the next byte.
    line: u64,
    /// Whether nothing stands on that line so far.
    is_blank: bool,
    /// Whether the last byte was a carriage return: a line feed after it ends no other line.
    after_return: bool,
    /// Lines with something on them, and at which byte it begins; those not yet asked for.
    written: VecDeque<(u64, u64)>,
}

impl<R> Lines<R> {
    /// A stream at its beginning.
    pub(super) fn of(stream: R) -> Self {
        Self { stream, bytes: 0, line: 1, is_blank: true, after_return: false, written: VecDeque::new() }
    }

    /// The first and the last line with something on it that begins before the byte `end` and was not yet asked for;
    /// where there is none, the line that is read now.
    pub(super) fn up_to(&mut self, end: u64) -> (u64, u64) {
        let first = self.written.front().map_or(self.line, |(_, line)| *line);
        let mut last = first;
        while let Some((_, line)) = self.written.pop_front_if(|(begins, _)| *begins < end) {
            last = line;
        }
        (first, last)
    }

    fn note(&mut self, byte: u8) {
        match byte {
            b'\n' if self.after_return => {}
            b'\n' | b'\r' => {
                self.line += 1;
                self.is_blank = true;
            }
            _ if self.is_blank => {
                self.written.push_back((self.bytes, self.line));
                self.is_blank = false;
            }
            _ => {}
        }
        self.after_return = byte == b'\r';
        self.bytes += 1;
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        buffer.iter().take(count).for_each(|byte| self.note(*byte));
        Ok(count)
    }
}
