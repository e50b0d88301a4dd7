use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

/// The vectors of a model2vec file and their length: `embeddings`, looked up by `mapping` and times `weights`
/// where it has these.
pub(super) fn vectors(file: &[u8]) -> Result<(usize, Vec<f32>), &'static str> {
    let head = file.first_chunk::<8>().ok_or("it is shorter than its first field")?;
    let length = usize::try_from(u64::from_le_bytes(*head)).map_err(|_| "its header has no length")?;
    let rest = &file[8..];
    let header = rest.get(..length).ok_or("its header is cut off")?;
    let data = &rest[length..];
    let header: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(header).map_err(|_| "its header is not JSON")?;
    let tensor = |name: &str| -> Result<Option<(Tensor, &[u8])>, &'static str> {
        let Some(value) = header.get(name) else { return Ok(None) };
        let tensor = Tensor::deserialize(value).map_err(|_| "a tensor is not described as one")?;
        let bytes = data.get(tensor.data_offsets.0..tensor.data_offsets.1).ok_or("a tensor is cut off")?;
        Ok(Some((tensor, bytes)))
    };
    let (tensor_, bytes) = tensor("embeddings")?.ok_or("it has no tensor named embeddings")?;
    let &[count, size] = tensor_.shape.as_slice() else { return Err("its embeddings are not a table") };
    let values = numbers(&tensor_.dtype, bytes)?;
    if size == 0 || count.checked_mul(size) != Some(values.len()) {
        return Err("its embeddings are not as many as it says");
    }
    let mapping = match tensor("mapping")? {
        Some((tensor, bytes)) => Some(numbers(&tensor.dtype, bytes)?),
        None => None,
    };
    let weights = match tensor("weights")? {
        Some((tensor, bytes)) => Some(numbers(&tensor.dtype, bytes)?),
        None => None,
    };
    if mapping.is_none() && weights.is_none() {
        return Ok((size, values));
    }
    let pieces = mapping.as_ref().map_or(count, Vec::len);
    let mut out = Vec::with_capacity(pieces.saturating_mul(size));
    for piece in 0..pieces {
        let row = mapping.as_ref().map_or(piece, |mapping| mapping[piece] as usize);
        let at = row.saturating_mul(size);
        let vector =
            values.get(at..at.saturating_add(size)).ok_or("its mapping points beyond its embeddings")?;
        let weight = match &weights {
            Some(weights) => *weights.get(piece).ok_or("it has fewer weights than pieces")?,
            None => 1.0,
        };
        out.extend(vector.iter().map(|x| x * weight));
    }
    Ok((size, out))
}

/// Numbers of a type, of which a mapping has whole ones below 2²⁴.
fn numbers(dtype: &str, bytes: &[u8]) -> Result<Vec<f32>, &'static str> {
    fn each<const N: usize>(bytes: &[u8], read: fn([u8; N]) -> f32) -> Vec<f32> {
        bytes.as_chunks::<N>().0.iter().map(|chunk| read(*chunk)).collect()
    }
    Ok(match dtype {
        "F32" => each(bytes, f32::from_le_bytes),
        "F64" => each(bytes, |b| f64::from_le_bytes(b) as f32),
        "F16" => each(bytes, |b| half(u16::from_le_bytes(b))),
        "BF16" => each(bytes, |b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16)),
        "I8" => each(bytes, |b: [u8; 1]| f32::from(b[0] as i8)),
        "I32" => each(bytes, |b| i32::from_le_bytes(b) as f32),
        "I64" => each(bytes, |b| i64::from_le_bytes(b) as f32),
        _ => return Err("its numbers are of a type that is not known here"),
    })
}

/// A number in half precision.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
    }

    #[test]
    fn numbers_of_each_type_and_files_that_do_not_hold_together() {
        for (bits, value) in [(0x3c00, 1.0), (0xc000, -2.0), (0x0001, 2f32.powi(-24)), (0x7bff, 65_504.0)] {
            assert_eq!(half(bits), value);
        }
        let plain = r#"{"embeddings":{"dtype":"I8","shape":[2,2],"data_offsets":[0,4]}}"#;
        assert_eq!(vectors(&file(plain, &[1, 2, 255, 4])), Ok((2, vec![1.0, 2.0, -1.0, 4.0])));
        let mapped = r#"{"embeddings":{"dtype":"I8","shape":[2,1],"data_offsets":[0,2]},
            "mapping":{"dtype":"I32","shape":[3],"data_offsets":[2,14]},
            "weights":{"dtype":"BF16","shape":[3],"data_offsets":[14,20]}}"#;
        let data = [5, 7, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x80, 0x3f, 0, 0x40, 0, 0x3f];
        assert_eq!(vectors(&file(mapped, &data)), Ok((1, vec![7.0, 10.0, 3.5])));
        for (header, data, error) in [
            (plain, &[1, 2, 3][..], "a tensor is cut off"),
            ("{}", &[], "it has no tensor named embeddings"),
            ("{", &[], "its header is not JSON"),
            (&plain.replace("[2,2]", "[2,3]"), &[1; 4], "its embeddings are not as many as it says"),
            (&plain.replace("[2,2]", "[4]"), &[1; 4], "its embeddings are not a table"),
            (&plain.replace("[2,2]", "[0,0]"), &[1; 4], "its embeddings are not as many as it says"),
            (
                &mapped
                    .replace("\"shape\":[3],\"data_offsets\":[2,14]", "\"shape\":[1],\"data_offsets\":[0,4]"),
                &[255, 255, 255, 127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                "its mapping points beyond its embeddings",
            ),
            (&plain.replace("I8", "Q4"), &[1; 4], "its numbers are of a type that is not known here"),
        ] {
            assert_eq!(vectors(&file(header, data)), Err(error));
        }
        assert!(vectors(&[1, 2]).is_err() && vectors(&[255; 20]).is_err());
    }
}
