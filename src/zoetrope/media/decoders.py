"""Which decoders strangers' files may ask for: what cameras, phones and platforms write, and what unpacks in bounds.

No PNG: FFmpeg unpacks the texts of one without bound, inside a clip as much as alone; five pictures of 190 kB in a .mov
took 1.5 GB. Facts only; it opens no file.
"""

from av.audio.stream import AudioStream
from av.video.stream import VideoStream

_PICTURES = (
    "h264 hevc vvc av1 libdav1d libaom-av1 vp8 vp9 libvpx libvpx-vp9 mpeg1video mpeg2video mpeg4 msmpeg4v1 msmpeg4v2 "
    "msmpeg4 h263 h263i flv wmv1 wmv2 wmv3 vc1 theora prores dnxhd cfhd ffv1 huffyuv ffvhuff utvideo dvvideo mjpeg "
    "mjpegb bmp tiff rawvideo v210 gif webp qtrle svq3 cinepak jpeg2000 libopenjpeg hap"
)
_SOUNDS = (
    "aac aac_fixed aac_latm libfdk_aac mp3 mp3float mp2 mp2float mp1 mp1float opus libopus vorbis libvorbis flac alac "
    "ac3 ac3_fixed eac3 dca truehd mlp amrnb amrwb libopencore_amrnb libopencore_amrwb wmav1 wmav2 wmapro wmalossless "
    "adpcm_ima_wav adpcm_ima_qt adpcm_ms adpcm_swf gsm gsm_ms speex libspeex nellymoser tta wavpack "
    "pcm_alaw pcm_mulaw pcm_u8 pcm_s8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_s64le pcm_s64be "
    "pcm_f32le pcm_f32be pcm_f64le pcm_f64be pcm_s16le_planar pcm_bluray pcm_dvd"
)
_KNOWN = frozenset(f"{_PICTURES} {_SOUNDS}".split())

# The same for FFmpeg, which also decodes a little by itself to find out what a file holds.
WHITELIST = ",".join(sorted(_KNOWN))


def may_decode(stream: VideoStream | AudioStream) -> bool:
    """Whether a stream has a decoder, and it is one of these."""
    return bool(stream.codec_context) and stream.codec_context.codec.name in _KNOWN
