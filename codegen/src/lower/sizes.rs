//! How much room values take, and boxes where one would take too much.
//!
//! A member that is an object stands within the object that it is a member of. Where such objects have several members
//! that are objects, and these again, each level multiplies the size: six levels of ten make a value of megabytes, which
//! no stack holds.

use std::cmp::Reverse;

use crate::graph;
use crate::model::{Field, Type, TypeDef, TypeKind, UnionVariant};

/// From so many bytes on, members of an object are put into boxes, the largest first.
const LARGE: usize = 8 << 10;

/// What a box, a number or a tag takes.
const WORD: usize = 8;

/// What a text, a list or a map takes.
const TEXT: usize = 24;

/// Puts members into boxes until no object is large, but for those that have a thousand members of their own.
pub(crate) fn limit(types: &mut [TypeDef]) {
    let within: Vec<Vec<usize>> = types.iter().map(|def| def.kind.within()).collect();
    let mut sizes: Vec<Option<usize>> = vec![None; types.len()];
    for index in graph::inner_first(&within) {
        let size = types.get_mut(index).map(|def| boxed_size(&mut def.kind, &sizes));
        if let Some(known) = sizes.get_mut(index) {
            *known = size;
        }
    }
}

/// The size of values of a type, once what is too large has been put into boxes.
fn boxed_size(kind: &mut TypeKind, sizes: &[Option<usize>]) -> usize {
    match kind {
        TypeKind::Struct(object) => {
            let size = |field: &Field| if field.boxed { WORD } else { size(&field.ty, sizes) + WORD };
            let mut total: usize = object.fields.iter().map(size).sum();
            if total > LARGE {
                let mut largest: Vec<&mut Field> =
                    object.fields.iter_mut().filter(|field| !field.boxed && field.ty.direct().is_some()).collect();
                largest.sort_by_key(|field| Reverse(size(field)));
                for field in largest {
                    let saved = size(field).saturating_sub(WORD);
                    if total <= LARGE || saved <= TEXT {
                        break;
                    }
                    field.boxed = true;
                    total -= saved;
                }
            }
            total
        }
        TypeKind::Union(union) => {
            for variant in &mut union.variants {
                variant.boxed |= variant.ty.direct().is_some() && size(&variant.ty, sizes) > LARGE;
            }
            let size = |variant: &UnionVariant| if variant.boxed { WORD } else { size(&variant.ty, sizes) };
            union.variants.iter().map(size).max().unwrap_or(0).max(TEXT) + WORD
        }
        TypeKind::Alias(target) => size(target, sizes),
        TypeKind::StringEnum(_) => TEXT,
        TypeKind::IntEnum(_) => 2 * WORD,
    }
}

fn size(ty: &Type, sizes: &[Option<usize>]) -> usize {
    match ty {
        Type::Bool | Type::I32 | Type::I64 | Type::U64 | Type::F32 | Type::F64 | Type::Unit => WORD,
        Type::String | Type::Timestamp | Type::Date | Type::List(_) | Type::Map(_) => TEXT,
        Type::Bytes | Type::Any => 4 * WORD,
        Type::Option(inner) => size(inner, sizes) + WORD,
        Type::Named(id) => sizes.get(id.0).copied().flatten().unwrap_or(WORD),
    }
}
