//! A part of a local file as a stream.
//!
//! Each piece is read on a thread that may block. Handing work to another thread and waiting for
//! it costs as much as reading some ten kilobytes, so pieces are large.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};

/// Small enough to stay in a processor's cache on its way.
const PIECE: u64 = 256 << 10;

/// The bytes of that range, with an error at its end if the file is shorter.
pub(super) fn of_file(file: File, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
    stream::try_unfold((file, range), |(file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let reading = tokio::task::spawn_blocking(move || read(file, range));
        reading.await.map_err(io::Error::other)?.map(Some)
    })
    .boxed()
}

/// The next piece, and where to go on.
fn read(mut file: File, range: Range<u64>) -> io::Result<(Bytes, (File, Range<u64>))> {
    let length = PIECE.min(range.end - range.start);
    let mut piece = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.seek(SeekFrom::Start(range.start))?;
    (&mut file).take(length).read_to_end(&mut piece)?;
    if piece.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((piece.into(), (file, range.start + length..range.end)))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use futures::TryStreamExt as _;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[tokio::test]
    async fn any_range_gives_its_bytes() {
        let bytes: Vec<u8> = (0..600_000_u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
        for (start, end) in [(0, 600_000), (0, 1), (5, 5), (262_143, 262_145), (300_000, 600_000)] {
            let pieces: Vec<_> = of_file(file(&bytes), start..end).try_collect().await.unwrap();
            let range = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
            assert!(pieces.concat() == bytes[range], "{start}..{end}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_too_short_is_an_error_and_not_an_end() {
        let read: io::Result<Vec<_>> = of_file(file(b"short"), 0..6).try_collect().await;
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
