"""Grab my latest photo, no screenshots please, crop the middle to 800 by 800 and share it."""
photo = is_workflow_actions_getlastphoto(WFGetLatestPhotosActionIncludeScreenshots=False)
square = is_workflow_actions_image_crop(WFInput=photo, WFImageCropWidth=800, WFImageCropHeight=800)
is_workflow_actions_share(WFInput=square)
