"""Launch: links and buttons that lead to a BinderHub."""
