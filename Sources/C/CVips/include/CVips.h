// What the media worker uses of libvips, as plain functions: Swift cannot call the library's own, which take lists of
// named options. Every call runs in the worker's main thread.
#ifndef SOTTO_CVIPS_H
#define SOTTO_CVIPS_H

#include <stddef.h>
#include <stdint.h>

// An image, or a plan to compute one. Owned by whoever got it; given back with `sotto_image_release`.
typedef struct sotto_image sotto_image;

// The loaders that exist for us. Which one runs is decided before; the library never looks at the content to choose.
enum sotto_format { SOTTO_JPEG = 1, SOTTO_PNG = 2, SOTTO_WEBP = 3, SOTTO_GIF = 4, SOTTO_HEIF = 5 };

// Starts the library: one thread, no cache, no untrusted loader, no words on standard error. HEIF's loader is a module
// beside the library, and the only one that is opened. Returns 0, or -1 when there is no library to work with.
int sotto_vips_start(void);

// Whether the HEIF loader was found.
int sotto_vips_has_heif(void);

// The library's last words, which are then forgotten; in UTF-8, zero-terminated, overwritten by the next call.
const char *sotto_vips_last_words(void);

// Opens an image for one pass from top to bottom. Nothing is decoded yet, and nothing copied: the bytes must outlive
// every image that is made of it.
// `shrink`: JPEG only, 1, 2, 4 or 8. `scale`: WebP only, at most 1. `page_count`: GIF and WebP, frames one above the
// other. Returns NULL when the loader refuses.
sotto_image *sotto_image_open(
    const void *bytes, size_t count, int format, int shrink, double scale, int page_count);
void sotto_image_release(sotto_image *image);

int sotto_image_width(const sotto_image *image);
int sotto_image_height(const sotto_image *image);
int sotto_image_page_height(sotto_image *image);
int sotto_image_has_alpha(sotto_image *image);
int sotto_image_has_profile(sotto_image *image);
// Milliseconds that a frame is shown, and how often all are (0: for ever). Returns -1 where the image does not say.
int sotto_image_delay(sotto_image *image, int frame);
int sotto_image_loop(sotto_image *image);

// Each returns a new image, or NULL.
sotto_image *sotto_image_in_memory(sotto_image *image);
sotto_image *sotto_image_resized(sotto_image *image, double horizontal, double vertical);
sotto_image *sotto_image_srgb(sotto_image *image);
sotto_image *sotto_image_upright(sotto_image *image, int orientation);
sotto_image *sotto_image_cropped(sotto_image *image, int left, int top, int width, int height);
sotto_image *sotto_image_on_white(sotto_image *image);
sotto_image *sotto_image_stacked(sotto_image **frames, int count, const int *delays, int loop);
sotto_image *sotto_image_black(int width, int height, int bands);

// Each gives bytes to be released with `sotto_bytes_release`. Returns 0 or -1. No metadata is written.
int sotto_image_webp(sotto_image *image, int quality, int effort, void **bytes, size_t *count);
int sotto_image_jpeg(sotto_image *image, int quality, void **bytes, size_t *count);
int sotto_image_png(sotto_image *image, void **bytes, size_t *count);
int sotto_image_gif(sotto_image *image, void **bytes, size_t *count);
int sotto_image_rgba(sotto_image *image, void **bytes, size_t *count);
void sotto_bytes_release(void *bytes);

#endif
