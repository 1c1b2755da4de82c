//! Long answers: whole or one range of them (RFC 9110 §14), never held in memory.
//!
//! Several ranges in one request are answered with everything, as the standard allows.

use std::ops::Range;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::TryStreamExt as _;
use futures::stream::BoxStream;

use crate::conditions::{has_already, header_value};
use crate::problem::{Problem, ProblemKind, with_causes};

/// What a request asks of bytes that never change under their tag.
#[derive(Debug)]
pub(crate) struct Download {
    tag: HeaderValue,
    length: u64,
    wanted: Wanted,
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Nothing,
    Everything,
    Part(Range<u64>),
    /// A range that begins after the last byte.
    Beyond,
}

impl Download {
    /// Reads `If-None-Match`, `Range` and `If-Range`. `tag` is a quoted strong entity tag.
    pub(crate) fn of(headers: &HeaderMap, length: u64, tag: &str) -> Result<Self, Problem> {
        let wanted = Wanted::read(headers, length, tag);
        if wanted == Wanted::Beyond {
            let detail = format!("there are {length} bytes; the range begins after them");
            return Err(Problem::new(ProblemKind::RangeNotSatisfiable, detail)
                .header(header::CONTENT_RANGE, header_value(&format!("bytes */{length}"))?));
        }
        Ok(Self { tag: header_value(tag)?, length, wanted })
    }

    /// The bytes to be sent.
    pub(crate) fn range(&self) -> Range<u64> {
        match &self.wanted {
            Wanted::Nothing | Wanted::Beyond => 0..0,
            Wanted::Everything => 0..self.length,
            Wanted::Part(range) => range.clone(),
        }
    }

    /// The answer. `bytes` are those of [`Download::range`]; `headers` describe the whole.
    pub(crate) fn answer(
        self,
        bytes: BoxStream<'static, lcms_core::Result<Bytes>>,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    ) -> Result<Response, Problem> {
        let range = self.range();
        let mut response = match &self.wanted {
            Wanted::Nothing | Wanted::Beyond => StatusCode::NOT_MODIFIED.into_response(),
            Wanted::Everything => Body::from_stream(logged(bytes)).into_response(),
            Wanted::Part(_) => {
                (StatusCode::PARTIAL_CONTENT, Body::from_stream(logged(bytes))).into_response()
            }
        };
        let own = response.headers_mut();
        own.extend(headers);
        own.insert(header::ETAG, self.tag);
        own.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if self.wanted != Wanted::Nothing {
            own.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
        }
        if let Wanted::Part(range) = &self.wanted {
            let (first, last) = (range.start, range.end - 1);
            let part = header_value(&format!("bytes {first}-{last}/{}", self.length))?;
            own.insert(header::CONTENT_RANGE, part);
        }
        Ok(response)
    }
}

/// By now the status is sent: all that can be done about a failure is to say so and break off.
fn logged(
    bytes: BoxStream<'static, lcms_core::Result<Bytes>>,
) -> impl futures::Stream<Item = lcms_core::Result<Bytes>> + Send + 'static {
    bytes.inspect_err(|error| {
        let error = with_causes(error);
        tracing::error!(error, "a download was broken off");
    })
}

impl Wanted {
    fn read(headers: &HeaderMap, length: u64, tag: &str) -> Self {
        if has_already(headers, tag) {
            return Self::Nothing;
        }
        // A part is only of use to who has the rest of the same bytes.
        let same = headers.get(header::IF_RANGE).is_none_or(|value| value == tag);
        let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
        match asked.filter(|_| same).and_then(|range| read_range(range, length)) {
            None => Self::Everything,
            Some(range) if range.is_empty() => Self::Beyond,
            Some(range) => Self::Part(range),
        }
    }
}

/// One range of `length` bytes, empty when it begins after them; `None` when it is not one range
/// of bytes, which means that everything is wanted.
fn read_range(text: &str, length: u64) -> Option<Range<u64>> {
    let (first, last) = text.strip_prefix("bytes=")?.trim().split_once('-')?;
    if first.is_empty() {
        let suffix: u64 = last.parse().ok()?;
        return Some(length.saturating_sub(suffix)..length);
    }
    let first: u64 = first.parse().ok()?;
    if last.is_empty() {
        return Some(first..length);
    }
    let last: u64 = last.parse().ok()?;
    (first <= last).then(|| first..last.saturating_add(1).min(length))
}

/// `Content-Disposition` of a download under that name (RFC 6266): people save it, browsers
/// never show it.
pub(crate) fn attachment(file_name: &str) -> Result<HeaderValue, Problem> {
    let plain: String = file_name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) { c } else { '_' })
        .collect();
    header_value(&format!("attachment; filename=\"{plain}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(read_range("bytes=0-3", 10), Some(0..4));
        assert_eq!(read_range("bytes=4-", 10), Some(4..10));
        assert_eq!(read_range("bytes=-3", 10), Some(7..10));
        assert_eq!(read_range("bytes=-30", 10), Some(0..10));
        assert_eq!(read_range("bytes=8-18446744073709551615", 10), Some(8..10));
    }

    #[test]
    fn what_is_not_one_range_of_bytes_asks_for_everything() {
        for range in ["bytes=3-1", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=-", "0-3"] {
            assert_eq!(read_range(range, 10), None, "{range}");
        }
    }

    #[test]
    fn a_range_without_bytes_is_beyond_them() {
        for (range, length) in
            [("bytes=10-", 10), ("bytes=11-12", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static(range));
            assert_eq!(Wanted::read(&headers, length, "\"t\""), Wanted::Beyond, "{range}");
        }
    }

    #[test]
    fn a_file_name_cannot_leave_its_quotes() {
        let value = attachment("a\"; x=\"ü b.zip").map(|v| v.as_bytes().to_vec());
        assert_eq!(
            value.ok().as_deref(),
            Some(b"attachment; filename=\"a_;_x=___b.zip\"".as_slice())
        );
    }
}
