//! Required arguments, checked when the caller's code is compiled.
//!
//! A builder with required arguments has one type parameter for each: [`Missing`] at first, [`Set`]
//! once the argument has been given. The method that finishes the builder asks for `HasName:
//! fields::name`, a trait of the argument's own that only [`Set`] implements. Each argument has its
//! own trait because the compiler prints a trait's message as it stands, while it would print a
//! type parameter's name with its whole path.

/// The state of a required argument that has been given.
///
/// It appears in the types of builders and is of no use by itself.
#[derive(Clone, Copy, Debug)]
pub struct Set(());

/// The state of a required argument that has not been given yet.
///
/// It appears in the types of builders and is of no use by itself.
#[derive(Clone, Copy, Debug)]
pub struct Missing(());

/// Implemented by the state of an argument that has been given.
pub trait Provided: sealed::Sealed {}

impl Provided for Set {}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Set {}
}

/// Writes the traits of required arguments, each with what the compiler says when the argument is
/// missing.
///
/// ```text
/// required_arguments! {
///     name: "the required argument `name` has not been given", "call `.name(..)` before this";
/// }
/// ```
macro_rules! required_arguments {
    ($($name:ident: $message:literal, $label:literal);* $(;)?) => {
        $(
            #[diagnostic::on_unimplemented(
                message = $message,
                label = $label,
                note = "nothing can be sent or built before all required arguments have been given"
            )]
            pub trait $name: $crate::required::Provided {}

            #[diagnostic::do_not_recommend]
            impl $name for $crate::required::Set {}
        )*
    };
}
pub(crate) use required_arguments;
