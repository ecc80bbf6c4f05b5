"""Find news podcasts on a subject I type, let me pick a show and post its name on Mastodon with Ivory, adding a sentence of my own and its store link. Afterwards open my Ivory timeline with a search for the subject."""
subject = input("Subject?")
shows = is_workflow_actions_searchpodcasts(WFSearchTerm=subject, WFItemLimit=10)
show = is_workflow_actions_choosefromlist(WFInput=shows)
comment = input("Say something about it")
com_tapbots_Ivory_PostStatusIntent(text=f"{get_property(show, 'Name')}: {comment}\n{get_property(show, 'Store URL')}")
com_tapbots_Ivory_OpenIntent(query=subject)
