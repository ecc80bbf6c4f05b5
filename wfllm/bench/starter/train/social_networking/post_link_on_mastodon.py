"""Share the link on my clipboard on Mastodon: look up the page title, let me add a comment and post it publicly with the hashtag #reading."""
title = com_sindresorhus_Actions_GetTitleOfURLIntent(url=clipboard())
comment = ask("Your comment", default="Worth reading")
org_joinmastodon_app_SendPostIntent(content=f"{comment}: {title} {clipboard()} #reading")
