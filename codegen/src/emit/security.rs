//! Security: the schemes as data, and a setter of the client's builder for each.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs;
use super::layout::Piece;
use super::rust::{ident, text};
use crate::model::{Api, Auth, Scheme};

/// The fields of the runtime's `Api`.
pub(crate) fn description(api: &Api) -> TokenStream {
    let security = &api.security;
    let schemes = security.schemes.iter().map(|scheme| {
        let setter = text(&scheme.setter);
        let auth = auth(&scheme.auth);
        let env = scheme.env.iter().map(|name| text(name));
        let read = format_ident!(
            "{}",
            match scheme.auth {
                Auth::Basic => "of_pair",
                Auth::ClientCredentials { .. } => "of_client",
                _ => "of_key",
            }
        );
        quote! {
            Scheme {
                setter: #setter,
                auth: #auth,
                env: &[#(#env),*],
                #[cfg(feature = "client")]
                read: Credential::#read
            }
        }
    });
    let needed: TokenStream = alternatives(&security.default).parse().unwrap_or_default();
    let anonymous = security.anonymous;
    quote! {
        schemes: &[#(#schemes),*],
        security: #needed,
        anonymous: #anonymous,
    }
}

/// `&[&[0, 1], &[2]]`
pub(crate) fn alternatives(alternatives: &[Vec<usize>]) -> String {
    let alternatives = alternatives.iter().map(|indices| {
        let indices: Vec<String> = indices.iter().map(usize::to_string).collect();
        format!("&[{}]", indices.join(", "))
    });
    format!("&[{}]", alternatives.collect::<Vec<_>>().join(", "))
}

fn auth(auth: &Auth) -> TokenStream {
    let named = |variant: &str, name: &str| {
        let (variant, name) = (format_ident!("{variant}"), text(name));
        quote!(Auth::#variant(#name))
    };
    match auth {
        Auth::Bearer => quote!(Auth::Bearer),
        Auth::Basic => quote!(Auth::Basic),
        Auth::ClientCredentials { token_url } => {
            let token_url = text(token_url);
            quote!(Auth::ClientCredentials { token_url: #token_url })
        }
        Auth::Http(name) => named("Http", name),
        Auth::Header(name) => named("Header", name),
        Auth::Query(name) => named("Query", name),
        Auth::Cookie(name) => named("Cookie", name),
    }
}

/// The setters, where the runtime's own do not suffice.
pub(crate) fn setters(api: &Api) -> Option<Piece> {
    let schemes = &api.security.schemes;
    if schemes.iter().all(|scheme| scheme.setter == "api_key") {
        return None;
    }
    let setters = schemes.iter().enumerate().map(|(index, scheme)| setter(index, scheme));
    Some(Piece::Item(quote! {
        #[doc = " The credentials that the API knows."]
        #[cfg(feature = "client")]
        impl crate::ClientBuilder {
            #(#setters)*
        }
    }))
}

fn setter(index: usize, scheme: &Scheme) -> TokenStream {
    let index = proc_macro2::Literal::usize_unsuffixed(index);
    let name = ident(&scheme.setter);
    let provider = format_ident!("{}_provider", scheme.setter.trim_end_matches('_'));
    let said =
        format!("Sets the credentials of the scheme `{}`: {}.", scheme.name.replace('`', "'"), sent(&scheme.auth));
    let own = if scheme.doc.trim().is_empty() { String::new() } else { format!("\n\n{}", scheme.doc.trim()) };
    let env = scheme.env.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    let doc = docs::attributes(&format!("{said}{own}\n\n`from_env` takes them from {env}."));
    let (arguments, credential) = match &scheme.auth {
        Auth::Basic => {
            (quote!(user: impl Into<String>, password: impl Into<String>), quote!(Credential::basic(user, password)))
        }
        Auth::ClientCredentials { .. } => {
            (quote!(credentials: crate::ClientCredentials), quote!(Credential::client(credentials)))
        }
        _ => (quote!(key: impl Into<String>), quote!(Credential::key(key))),
    };
    let provider_doc = format!(" Sets where the credentials of `{}` come from, in place of fixed ones.", scheme.setter);
    quote! {
        #doc
        pub fn #name(self, #arguments) -> Self {
            self.credential(#index, #credential)
        }
        #[doc = #provider_doc]
        pub fn #provider(self, provider: impl crate::TokenProvider) -> Self {
            self.credential(#index, Credential::provider(provider))
        }
    }
}

fn sent(auth: &Auth) -> String {
    let quoted = |name: &str| name.replace('`', "'");
    match auth {
        Auth::Bearer => "a token, sent as `Authorization: Bearer`".to_owned(),
        Auth::ClientCredentials { .. } => "those of a client, for which tokens are fetched".to_owned(),
        Auth::Basic => "a user and a password, sent as `Authorization: Basic`".to_owned(),
        Auth::Http(name) => format!("what is sent as `Authorization: {}`", quoted(name)),
        Auth::Header(name) => format!("the header `{}`", quoted(name)),
        Auth::Query(name) => format!("the query parameter `{}`", quoted(name)),
        Auth::Cookie(name) => format!("the cookie `{}`", quoted(name)),
    }
}
