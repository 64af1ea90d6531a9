"""What every service's pages have in common: layout, sign-in, permissions, forms, errors and the rules that keep them safe.

`app.create_web_app` makes the application, `pages.render` a page, `forms.read_form` reads a posted form and `actors` says who asks.
"""
