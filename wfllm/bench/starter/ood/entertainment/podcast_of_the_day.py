"""Find podcasts about a topic I name, five at most, let me choose one and put a QR code of its store link on my lock screen, no preview needed."""
topic = input("Which topic?")
shows = is_workflow_actions_searchpodcasts(WFSearchTerm=topic, WFItemLimit=5)
pick = is_workflow_actions_choosefromlist(WFInput=shows, WFChooseFromListActionPrompt="Pick one")
link = get_property(pick, "Store URL")
code = is_workflow_actions_generatebarcode(WFText=f"{link}")
is_workflow_actions_wallpaper_set(WFInput=code, WFWallpaperLocation="Lock Screen", WFWallpaperShowPreview=False)
