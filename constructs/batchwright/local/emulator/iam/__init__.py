"""Who may do what: IAM's policies, as far as ministack does not judge by them or judges otherwise.

- `enforcement`: the switch, who counts as root.
- `resources`: what a request is judged on (`spellings` and `batch_access`: in which words; `passed_roles`: the roles
  that it hands to a service).
- `trusts`: which service may assume a role; `assumable`: functions and state machines with a role that theirs may not.
- `principals`: what condition keys say of a session.
- `role_access`: what state machines, rules and schedules may do, which act inside the server.
"""

from __future__ import annotations
