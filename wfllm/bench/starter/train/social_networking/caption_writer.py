"""Write me a caption for a post. I describe the picture, choose a mood (funny, serious or short), and an AI chat drafts it. Check that it stays within 300 characters, trim it when it does not, let me edit it, make sure that it ends with #photo, then copy it or post it to Mastodon, whichever I pick."""
about = input("What is in the picture?")
moods = ["funny", "serious", "short"]
mood = is_workflow_actions_choosefromlist(WFInput=moods, WFChooseFromListActionPrompt="Mood")
draft = com_openai_chat_AskIntent(prompt=f"Write a {mood} caption for a photo of {about}. Caption only.", newChat=True)
trimmed = com_sindresorhus_Actions_TrimWhitespaceIntent(text=f"{draft}")
length = is_workflow_actions_count(WFCountType="Characters", Input=trimmed)
if length > 300:
    cut = com_sindresorhus_Actions_TruncateTextIntent(text=f"{trimmed}", maximumLength=300)
    If_Result = cut
else:
    If_Result = trimmed
caption = ask("Edit the caption", default=If_Result)
if caption.endswith("#photo"):
    Post = caption
else:
    tagged = f"{caption} #photo"
    Post = tagged
match menu("Use it", ["Copy", "Post"]):
    case "Copy":
        is_workflow_actions_setclipboard(WFInput=Post)
        is_workflow_actions_notification(WFNotificationActionBody="Caption copied")
    case "Post":
        org_joinmastodon_app_SendPostIntent(content=f"{Post}")
