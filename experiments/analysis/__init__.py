"""Statistics: small functions over tidy tables; nothing here runs the model or draws."""
