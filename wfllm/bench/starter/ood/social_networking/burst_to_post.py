"""Turn my last five photos into a small looping animation, upright if I say they lie on their side, keep it in my library and post a text I type from my Mastodon account @me in Ivory so I can attach it."""
photos = is_workflow_actions_getlastphoto(WFGetLatestPhotoCount=5, WFGetLatestPhotosActionIncludeScreenshots=False)
match menu("Are they sideways?", ["Yes", "No"]):
    case "Yes":
        upright = is_workflow_actions_image_rotate(WFImage=photos)
        Menu_Result = upright
    case "No":
        Menu_Result = photos
animation = is_workflow_actions_makegif(WFInput=Menu_Result, WFMakeGIFActionDelayTime=0.3)
is_workflow_actions_savetocameraroll(WFInput=animation)
text = input("What do you want to say?")
com_tapbots_Ivory_PostStatusIntent(text=f"{text}", account="@me")
