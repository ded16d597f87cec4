//! Customers (客户) and the people at them.

mod contact;
mod customer;

pub use contact::{Contact, ContactRole};
pub use customer::{
    Channel, Customer, CustomerLevel, CustomerStatus, CustomerType, Gender, Source,
};
