#define _GNU_SOURCE
#include "CVips.h"

#include <dlfcn.h>
#include <gmodule.h>
#include <string.h>
#include <vips/vips.h>

static VipsImage *vips(const sotto_image *image) { return (VipsImage *)image; }
static sotto_image *ours(int failed, VipsImage *image) { return failed ? NULL : (sotto_image *)image; }

static GLogWriterOutput say_nothing(GLogLevelFlags l, const GLogField *f, gsize n, gpointer d) {
    (void)l, (void)f, (void)n, (void)d;
    return G_LOG_WRITER_HANDLED;
}

// The modules stand in a folder beside the library itself.
static void open_heif_module(void) {
    Dl_info library;
    if (dladdr((void *)vips_image_new, &library) == 0 || library.dli_fname == NULL) return;
    char *real = realpath(library.dli_fname, NULL);
    if (real == NULL) return;
    char *folder = g_path_get_dirname(real);
    char *path = g_strdup_printf(
        "%s/vips-modules-%d.%d/vips-heif.so", folder, vips_version(0), vips_version(1));
    GModule *module = g_module_open(path, G_MODULE_BIND_LAZY);
    if (module != NULL) g_module_make_resident(module);
    g_free(path);
    g_free(folder);
    free(real);
}

int sotto_vips_start(void) {
    g_log_set_writer_func(say_nothing, NULL, NULL);
    // A prefix that does not exist keeps the library from opening every module: poppler, ImageMagick, OpenSlide.
    g_setenv("VIPSHOME", "/nonexistent", TRUE);
    if (vips_init("sotto-media") != 0) return -1;
    if (!sotto_vips_has_heif()) open_heif_module();
    vips_block_untrusted_set(TRUE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    vips_cache_set_max_files(0);
    vips_leak_set(FALSE);
    return 0;
}

int sotto_vips_has_heif(void) { return vips_type_find("VipsOperation", "heifload_source") != 0; }

const char *sotto_vips_last_words(void) {
    static char words[256];
    g_strlcpy(words, vips_error_buffer(), sizeof words);
    vips_error_clear();
    return words;
}

sotto_image *sotto_image_open(
    const void *bytes, size_t count, int format, int shrink, double scale, int page_count) {
    VipsSource *source = vips_source_new_from_memory(bytes, count);
    if (source == NULL) return NULL;
    VipsImage *image = NULL;
    int failed = -1;
    const VipsAccess access = VIPS_ACCESS_SEQUENTIAL;
    const VipsFailOn fail_on = VIPS_FAIL_ON_ERROR;
    switch (format) {
    case SOTTO_JPEG:
        failed = vips_jpegload_source(source, &image, "access", access, "fail_on", fail_on, "shrink", shrink, NULL);
        break;
    case SOTTO_PNG:
        failed = vips_pngload_source(source, &image, "access", access, "fail_on", fail_on, NULL);
        break;
    case SOTTO_WEBP:
        failed = vips_webpload_source(
            source, &image, "access", access, "fail_on", fail_on, "scale", scale, "n", page_count, NULL);
        break;
    case SOTTO_GIF:
        failed = vips_gifload_source(source, &image, "access", access, "fail_on", fail_on, "n", page_count, NULL);
        break;
    case SOTTO_HEIF:
        failed = vips_heifload_source(source, &image, "access", access, "fail_on", fail_on, NULL);
        break;
    }
    g_object_unref(source);
    return ours(failed, image);
}

void sotto_image_release(sotto_image *image) { g_object_unref(vips(image)); }

int sotto_image_width(const sotto_image *image) { return vips_image_get_width(vips(image)); }
int sotto_image_height(const sotto_image *image) { return vips_image_get_height(vips(image)); }
int sotto_image_page_height(sotto_image *image) { return vips_image_get_page_height(vips(image)); }
int sotto_image_has_alpha(sotto_image *image) { return vips_image_hasalpha(vips(image)); }
int sotto_image_has_profile(sotto_image *image) {
    return vips_image_get_typeof(vips(image), VIPS_META_ICC_NAME) != 0;
}

int sotto_image_delay(sotto_image *image, int frame) {
    int *delays = NULL, count = 0;
    if (vips_image_get_typeof(vips(image), "delay") == 0) return -1;
    if (vips_image_get_array_int(vips(image), "delay", &delays, &count) != 0) return -1;
    return frame >= 0 && frame < count ? delays[frame] : -1;
}

int sotto_image_loop(sotto_image *image) {
    int loop = -1;
    if (vips_image_get_typeof(vips(image), "loop") == 0) return -1;
    return vips_image_get_int(vips(image), "loop", &loop) == 0 ? loop : -1;
}

sotto_image *sotto_image_in_memory(sotto_image *image) { return (sotto_image *)vips_image_copy_memory(vips(image)); }

sotto_image *sotto_image_resized(sotto_image *image, double horizontal, double vertical) {
    VipsImage *in = vips(image), *ready = NULL, *resized = NULL, *out = NULL;
    // Colours under a transparent pixel must not bleed into their neighbours.
    const VipsBandFormat format = vips_image_get_format(in);
    const int has_alpha = vips_image_hasalpha(in);
    if (has_alpha ? vips_premultiply(in, &ready, NULL) : vips_copy(in, &ready, NULL)) return NULL;
    int failed = vips_resize(ready, &resized, horizontal, "vscale", vertical, NULL);
    g_object_unref(ready);
    if (failed) return NULL;
    if (!has_alpha) return (sotto_image *)resized;
    VipsImage *plain = NULL;
    failed = vips_unpremultiply(resized, &plain, NULL);
    g_object_unref(resized);
    if (failed) return NULL;
    failed = vips_cast(plain, &out, format, NULL);
    g_object_unref(plain);
    return ours(failed, out);
}

sotto_image *sotto_image_srgb(sotto_image *image) {
    VipsImage *in = vips(image), *out = NULL, *bytes = NULL;
    const VipsInterpretation space = vips_image_get_interpretation(in);
    const int is_cmyk = space == VIPS_INTERPRETATION_CMYK;
    int failed = -1;
    // A profile that cannot be used is as good as none, except for inks, which need one to be colours at all.
    if (sotto_image_has_profile(image) || is_cmyk)
        failed = vips_icc_transform(
            in, &out, "srgb", "embedded", TRUE, "depth", 8, "intent", VIPS_INTENT_RELATIVE, "input_profile",
            is_cmyk ? "cmyk" : "srgb", NULL);
    if (failed && vips_colourspace(in, &out, VIPS_INTERPRETATION_sRGB, NULL)) return NULL;
    failed = vips_cast(out, &bytes, VIPS_FORMAT_UCHAR, NULL);
    g_object_unref(out);
    return ours(failed, bytes);
}

sotto_image *sotto_image_upright(sotto_image *image, int orientation) {
    static const VipsAngle angles[] = {VIPS_ANGLE_D0,  VIPS_ANGLE_D0,   VIPS_ANGLE_D180, VIPS_ANGLE_D180,
                                       VIPS_ANGLE_D90, VIPS_ANGLE_D90, VIPS_ANGLE_D270, VIPS_ANGLE_D270};
    if (orientation < 1 || orientation > 8) orientation = 1;
    const int is_mirrored = orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
    VipsImage *turned = NULL, *out = NULL;
    if (vips_rot(vips(image), &turned, angles[orientation - 1], NULL)) return NULL;
    int failed = is_mirrored ? vips_flip(turned, &out, VIPS_DIRECTION_HORIZONTAL, NULL) : vips_copy(turned, &out, NULL);
    g_object_unref(turned);
    return ours(failed, out);
}

sotto_image *sotto_image_cropped(sotto_image *image, int left, int top, int width, int height) {
    VipsImage *out = NULL;
    return ours(vips_crop(vips(image), &out, left, top, width, height, NULL), out);
}

sotto_image *sotto_image_on_white(sotto_image *image) {
    VipsImage *out = NULL;
    VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
    int failed = vips_image_hasalpha(vips(image)) ? vips_flatten(vips(image), &out, "background", white, NULL)
                                                  : vips_copy(vips(image), &out, NULL);
    vips_area_unref(VIPS_AREA(white));
    return ours(failed, out);
}

sotto_image *sotto_image_stacked(sotto_image **frames, int count, const int *delays, int loop) {
    VipsImage *joined = NULL, *out = NULL;
    if (count < 1 || vips_arrayjoin((VipsImage **)frames, &joined, count, "across", 1, NULL)) return NULL;
    // A copy of its own: the fields of a shared image must not change.
    int failed = vips_copy(joined, &out, NULL);
    g_object_unref(joined);
    if (failed) return NULL;
    vips_image_set_int(out, VIPS_META_PAGE_HEIGHT, vips_image_get_height(vips(frames[0])));
    vips_image_set_int(out, VIPS_META_N_PAGES, count);
    vips_image_set_array_int(out, "delay", delays, count);
    vips_image_set_int(out, "loop", loop);
    return (sotto_image *)out;
}

sotto_image *sotto_image_black(int width, int height, int bands) {
    VipsImage *black = NULL, *out = NULL;
    if (vips_black(&black, width, height, "bands", bands, NULL)) return NULL;
    int failed = vips_copy(black, &out, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
    g_object_unref(black);
    return ours(failed, out);
}

static void *forget(VipsImage *image, const char *name, GValue *value, void *unused) {
    (void)value, (void)unused;
    static const char *const kept[] = {VIPS_META_PAGE_HEIGHT, VIPS_META_N_PAGES, "delay", "loop"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (strcmp(name, kept[i]) == 0) return NULL;
    vips_image_remove(image, name);
    return NULL;
}

// A copy without any field that a saver could write down: EXIF, GPS, XMP, ICC, comments.
static VipsImage *bare(sotto_image *image) {
    VipsImage *copy = NULL;
    if (vips_copy(vips(image), &copy, NULL)) return NULL;
    gchar **names = vips_image_get_fields(copy);
    for (int i = 0; names != NULL && names[i] != NULL; i++) forget(copy, names[i], NULL, NULL);
    g_strfreev(names);
    return copy;
}

int sotto_image_webp(sotto_image *image, int quality, int effort, void **bytes, size_t *count) {
    VipsImage *plain = bare(image);
    if (plain == NULL) return -1;
    int failed = vips_webpsave_buffer(plain, bytes, count, "Q", quality, "effort", effort, "strip", TRUE, NULL);
    g_object_unref(plain);
    return failed;
}

int sotto_image_jpeg(sotto_image *image, int quality, void **bytes, size_t *count) {
    VipsImage *plain = bare(image);
    if (plain == NULL) return -1;
    int failed = vips_jpegsave_buffer(plain, bytes, count, "Q", quality, "strip", TRUE, NULL);
    g_object_unref(plain);
    return failed;
}

int sotto_image_png(sotto_image *image, void **bytes, size_t *count) {
    return vips_pngsave_buffer(vips(image), bytes, count, "strip", TRUE, NULL);
}

int sotto_image_gif(sotto_image *image, void **bytes, size_t *count) {
    return vips_gifsave_buffer(vips(image), bytes, count, NULL);
}

int sotto_image_rgba(sotto_image *image, void **bytes, size_t *count) {
    VipsImage *in = vips(image), *out = NULL;
    if (vips_image_hasalpha(in) ? vips_copy(in, &out, NULL) : vips_addalpha(in, &out, NULL)) return -1;
    *bytes = NULL;
    if (vips_image_get_bands(out) == 4 && vips_image_get_format(out) == VIPS_FORMAT_UCHAR)
        *bytes = vips_image_write_to_memory(out, count);
    g_object_unref(out);
    return *bytes == NULL ? -1 : 0;
}

void sotto_bytes_release(void *bytes) { g_free(bytes); }
