//! Values as plain bytes: for answers that hold many things, of which each type would bring its own code to tell them in
//! JavaScript's way to every wasm file that may meet it.

use trace::CallId;
use units::{Provenance, Timestamp};

use super::{Field, Filter, StatusFilter};

/// Something that bytes can hold. Both sides are of the same build, so there is nothing that tells one type from
/// another.
pub(super) trait Pack: Sized {
    /// Adds it.
    fn put(&self, to: &mut Vec<u8>);
    /// Takes it from the front; `None` if that is not one.
    fn take(from: &mut &[u8]) -> Option<Self>;
}

/// The fields of a struct, one after the other.
macro_rules! fields {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Pack for $name {
            fn put(&self, to: &mut Vec<u8>) {
                $(self.$field.put(to);)*
            }

            fn take(from: &mut &[u8]) -> Option<$name> {
                Some($name { $($field: Pack::take(from)?),* })
            }
        }
    )*};
}

/// Words of a list, by their place in it.
macro_rules! words {
    ($($name:ident [ $($word:ident),* ])*) => {$(
        impl Pack for $name {
            fn put(&self, to: &mut Vec<u8>) {
                to.push([$($name::$word),*].iter().position(|word| word == self).unwrap_or(0) as u8);
            }

            fn take(from: &mut &[u8]) -> Option<$name> {
                [$($name::$word),*].get(usize::from(u8::take(from)?)).copied()
            }
        }
    )*};
}

pub(super) use {fields, words};

macro_rules! numbers {
    ($($number:ident)*) => {$(
        impl Pack for $number {
            fn put(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }

            fn take(from: &mut &[u8]) -> Option<$number> {
                let (bytes, rest) = from.split_first_chunk()?;
                *from = rest;
                Some($number::from_le_bytes(*bytes))
            }
        }
    )*};
}

numbers! { u8 u32 u64 i64 f32 f64 }

impl Pack for bool {
    fn put(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    fn take(from: &mut &[u8]) -> Option<bool> {
        Some(u8::take(from)? != 0)
    }
}

impl Pack for String {
    fn put(&self, to: &mut Vec<u8>) {
        (self.len() as u32).put(to);
        to.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<String> {
        let bytes = bytes(from)?;
        String::from_utf8(bytes.to_vec()).ok()
    }
}

/// So many bytes as are told before them.
pub(super) fn bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = u32::take(from)? as usize;
    let (bytes, rest) = from.split_at_checked(len)?;
    *from = rest;
    Some(bytes)
}

impl<T: Pack> Pack for Vec<T> {
    fn put(&self, to: &mut Vec<u8>) {
        (self.len() as u32).put(to);
        self.iter().for_each(|one| one.put(to));
    }

    fn take(from: &mut &[u8]) -> Option<Vec<T>> {
        (0..u32::take(from)?).map(|_| T::take(from)).collect()
    }
}

impl<T: Pack> Pack for Option<T> {
    fn put(&self, to: &mut Vec<u8>) {
        self.is_some().put(to);
        self.iter().for_each(|one| one.put(to));
    }

    fn take(from: &mut &[u8]) -> Option<Option<T>> {
        Some(if bool::take(from)? { Some(T::take(from)?) } else { None })
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
        self.1.put(to);
    }

    fn take(from: &mut &[u8]) -> Option<(A, B)> {
        Some((A::take(from)?, B::take(from)?))
    }
}

impl<A: Pack, B: Pack, C: Pack> Pack for (A, B, C) {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
        self.1.put(to);
        self.2.put(to);
    }

    fn take(from: &mut &[u8]) -> Option<(A, B, C)> {
        Some((A::take(from)?, B::take(from)?, C::take(from)?))
    }
}

impl Pack for CallId {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
    }

    fn take(from: &mut &[u8]) -> Option<CallId> {
        u32::take(from).map(CallId)
    }
}

impl Pack for Timestamp {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
    }

    fn take(from: &mut &[u8]) -> Option<Timestamp> {
        i64::take(from).map(Timestamp)
    }
}

fields! {
    Filter { text, model, component, status }
    Field { name, value, from, note }
}

words! {
    StatusFilter [Ok, Error, Retried]
    Provenance [Reported, Counted, Estimated, Simulated, Unknown]
}
