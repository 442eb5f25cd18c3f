// Nothing for Swift to see: this module only tells the build where libvips is. CVips includes its headers.
