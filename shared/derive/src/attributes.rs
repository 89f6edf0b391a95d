//! The attributes of serde that our derives understand. Any other is refused.

use syn::{
    Attribute, Error, Expr, ExprPath, Fields, Ident, LitStr, Member, Result, Type, Variant,
    meta::ParseNestedMeta, parse_quote, spanned::Spanned,
};

use crate::names::Case;

/// Of a type.
pub struct Container {
    /// `rename_all`: of variants, or of a struct's fields.
    pub names: Case,
    /// `rename_all_fields`: of variants' fields.
    pub fields: Case,
    /// `tag`: the member that names the variant.
    pub tag: Option<String>,
    /// `content`: the member that holds it.
    pub content: Option<String>,
}

impl Container {
    /// Reads a type's attributes.
    pub fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut own = Self { names: Case::Same, fields: Case::Same, tag: None, content: None };
        each(attributes, |meta| {
            match name_of(&meta).as_str() {
                "rename_all" => own.names = case(&meta)?,
                "rename_all_fields" => own.fields = case(&meta)?,
                "tag" => own.tag = Some(text(&meta)?),
                "content" => own.content = Some(text(&meta)?),
                // A struct of one unnamed field is written as that field anyway.
                "transparent" => {}
                _ => return Err(meta.error("unknown to Read and Write")),
            }
            Ok(())
        })?;
        Ok(own)
    }
}

/// A field with its attributes.
pub struct Field {
    /// How Rust names it.
    pub member: Member,
    /// How JSON names it.
    pub name: String,
    /// It may be absent: its default is read then.
    pub default: bool,
    /// It is left out where this holds.
    pub skip: Option<Expr>,
    /// Its members stand beside those of the struct.
    pub flatten: bool,
}

/// Reads the attributes of named fields.
pub fn fields(fields: &Fields, case: Case) -> Result<Vec<Field>> {
    fields.iter().map(|field| named(field, case)).collect()
}

fn named(field: &syn::Field, case: Case) -> Result<Field> {
    let ident = field.ident.clone().ok_or_else(|| Error::new(field.span(), "a field needs a name here"))?;
    let name = case.field(&ident.to_string());
    let mut own = Field { member: ident.into(), name, default: false, skip: None, flatten: false };
    each(&field.attrs, |meta| {
        match name_of(&meta).as_str() {
            "rename" => own.name = text(&meta)?,
            // What reads an optional member takes it as absent by itself.
            "default" => own.default = !is_option(&field.ty),
            "skip_serializing_if" => {
                let path: ExprPath = meta.value()?.parse::<LitStr>()?.parse()?;
                own.skip = Some(parse_quote!(#path));
            }
            "flatten" => own.flatten = true,
            _ => return Err(meta.error("unknown to Read and Write")),
        }
        Ok(())
    })?;
    Ok(own)
}

/// How JSON names a variant.
pub fn variant_name(variant: &Variant, case: Case) -> Result<String> {
    let mut name = case.variant(&variant.ident.to_string());
    each(&variant.attrs, |meta| {
        if name_of(&meta) != "rename" {
            return Err(meta.error("unknown to Read and Write"));
        }
        name = text(&meta)?;
        Ok(())
    })?;
    Ok(name)
}

/// Calls back with everything that stands in `#[serde(…)]`.
fn each(attributes: &[Attribute], mut read: impl FnMut(ParseNestedMeta) -> Result<()>) -> Result<()> {
    let ours = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    for attribute in ours {
        attribute.parse_nested_meta(&mut read)?;
    }
    Ok(())
}

fn name_of(meta: &ParseNestedMeta) -> String {
    meta.path.get_ident().map(Ident::to_string).unwrap_or_default()
}

fn text(meta: &ParseNestedMeta) -> Result<String> {
    Ok(meta.value()?.parse::<LitStr>()?.value())
}

fn case(meta: &ParseNestedMeta) -> Result<Case> {
    match text(meta)?.as_str() {
        "snake_case" => Ok(Case::Snake),
        "camelCase" => Ok(Case::Camel),
        _ => Err(meta.error("a case unknown to Read and Write")),
    }
}

fn is_option(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}
