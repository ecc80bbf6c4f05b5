"""Ask how many of my latest screenshots to join, stack them on top of each other, keep only the 1000 by 3000 area in the top left and copy the long picture."""
number = ask("How many screenshots?", type="Number", default=2)
screenshots = is_workflow_actions_getlastscreenshot(WFGetLatestPhotoCount=number)
stacked = is_workflow_actions_image_combine(WFInput=screenshots, WFImageCombineMode="Vertically")
cropped = is_workflow_actions_image_crop(WFInput=stacked, WFImageCropPosition="Top Left", WFImageCropWidth=1000, WFImageCropHeight=3000)
is_workflow_actions_setclipboard(WFInput=cropped)
