### Customers and contacts

customers-title = Customers
customers-new = New customer
customers-count = { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
customers-empty = Your customers are listed here
customers-empty-hint = Import a list, or press C to add one
customers-search = Search name, phone, pinyin
contacts-title = Contacts
contacts-new = Add contact
contacts-empty = No contacts yet
